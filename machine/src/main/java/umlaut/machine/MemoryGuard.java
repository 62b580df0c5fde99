package umlaut.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import umlaut.abi.Signal;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.ThreadGroup;

/**
 * Holds a machine to its memory limit: what its processes have of their own plus what its files in memory take. Beyond it the biggest
 * process is killed, as Linux's out-of-memory killer does in a memory cgroup (mm/oom_kill.c). Memory is looked at often while it is
 * scarce and seldom while there is plenty.
 */
final class MemoryGuard implements Runnable {
    private static final long PAGE = 4096;
    private static final int SOON_MS = 10, LATER_MS = 100;

    private final Kernel kernel;
    private final long limit;

    MemoryGuard(Kernel kernel, long limitBytes) {
        this.kernel = kernel;
        this.limit = limitBytes;
    }

    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            long used = check();
            try {
                Thread.sleep(used > limit / 2 ? SOON_MS : LATER_MS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** @return bytes in use */
    private long check() {
        long used = kernel.pages.allocatedBytes();
        long most = -1;
        ThreadGroup biggest = null;
        Set<Integer> counted = new HashSet<>();
        for (ThreadGroup group : kernel.tasks.groups()) {
            int pid = hostPid(group);
            long bytes = pid > 0 && counted.add(pid) ? ownBytes(pid) : 0; // a vfork child shares its parent's
            used += bytes;
            long badness = bytes + limit / 1000 * group.oomScoreAdj;
            if (bytes > 0 && group.oomScoreAdj > -1000 && badness > most) {
                most = badness;
                biggest = group;
            }
        }
        if (used > limit && biggest != null && !biggest.exiting()) {
            kernel.log.error("Memory cgroup out of memory: Killed process " + biggest.tgid + ", " + (used >> 10)
                    + " kB in use, limit " + (limit >> 10) + " kB");
            Signals.kill(biggest, Signal.SIGKILL);
        }
        return used;
    }

    /** Resident bytes that no file backs; counted by the host for the process that is the address space. */
    private static long ownBytes(int pid) {
        try {
            String[] pages = Files.readString(Path.of("/proc/" + pid + "/statm"), StandardCharsets.US_ASCII)
                    .split(" ");
            return Math.max(0, Long.parseLong(pages[1]) - Long.parseLong(pages[2])) * PAGE;
        } catch (IOException e) {
            return 0; // it has just ended
        }
    }

    static int hostPid(ThreadGroup group) {
        Mm mm = group.mmOrNull();
        return mm == null ? 0 : mm.space().hostPid();
    }
}
