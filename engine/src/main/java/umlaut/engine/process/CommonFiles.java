package umlaut.engine.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import umlaut.host.Files;
import umlaut.host.HostCalls;

/**
 * Host files that new programs map again and again: the C library, the dynamic linker, what a script runs in a loop. The zygote opens them once, so that all processes that come from it
 * have them. An inode can't be used for another file while it is open there. Such a file stays open for the engine's lifetime, and takes room on its disk even if it has been removed; so they are few.
 */
final class CommonFiles {
    /** How often a file must be opened by new programs. */
    private static final int OFTEN = 4;

    /** Leaves room in the file tables for a process's own files. */
    private static final int MOST = FdCache.SLOTS * 2 / 3;

    private static final int MOST_COUNTED = 512;
    private static final int F_DUPFD_CLOEXEC = 1030;

    private record File(long device, long inode) {}

    @GuardedBy("this") private final Map<File, Integer> openings = new HashMap<>();

    /** Descriptors of files that the zygote is to open. */
    @GuardedBy("this") private final ArrayDeque<Integer> wanted = new ArrayDeque<>();

    @GuardedBy("this") private int chosen;

    /** A process has had to open a file, which the JVM has open as {@code hostFd}. @return whether there is something for the zygote to open now */
    synchronized boolean opened(long device, long inode, int hostFd) {
        if (chosen == MOST) {
            return false;
        }
        if (openings.size() == MOST_COUNTED) {
            openings.clear();
        }
        if (openings.merge(new File(device, inode), 1, Integer::sum) == OFTEN) {
            long copy = Files.fcntl(hostFd, F_DUPFD_CLOEXEC, 3);
            if (!HostCalls.isError(copy)) {
                wanted.add((int) copy);
                chosen++;
                return true;
            }
        }
        return false;
    }

    /** The next file that the zygote is to open, -1 for none. The descriptor is the caller's to close. */
    synchronized int next() {
        Integer fd = wanted.poll();
        return fd == null ? -1 : fd;
    }
}
