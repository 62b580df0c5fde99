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
 * scarce and seldom while there is plenty. A machine without a limit is held back when it is big and the host has hardly any memory left, before the host's own killer takes whom it likes.
 */
final class MemoryGuard implements Runnable {
    private static final long PAGE = 4096;
    private static final int SOON_MS = 10, LATER_MS = 100, SELDOM_MS = 2000;
    /** The host is short of memory with less than one of these parts free; big is who has more than one of those. */
    private static final int SHORT_PARTS = 32, BIG_PARTS = 4;

    private final Kernel kernel;
    private volatile long limit;

    MemoryGuard(Kernel kernel) {
        this.kernel = kernel;
    }

    /** 0: none. */
    void setLimit(long bytes) {
        limit = bytes;
    }

    @Override
    public void run() {
        try {
            int wait = limit > 0 ? SOON_MS : SELDOM_MS;
            while (true) {
                Thread.sleep(wait);
                wait = look();
            }
        } catch (InterruptedException e) {
            // the machine ends
        }
    }

    /** @return when to look again, ms */
    private int look() {
        long most = limit;
        if (most == 0) {
            long[] host = HostMemory.totalAndAvailable();
            if (host[1] < host[0] / SHORT_PARTS && used(kernel) > host[0] / BIG_PARTS) {
                killBiggest(used(kernel), host[0] / BIG_PARTS);
                return SOON_MS;
            }
            // Nobody can take half of the host's memory in that time.
            return host[1] > host[0] / 2 ? SELDOM_MS : LATER_MS;
        }
        long used = used(kernel);
        if (used > most) {
            killBiggest(used, most);
        }
        return used > most / 2 ? SOON_MS : LATER_MS;
    }

    /** Bytes in use. */
    static long used(Kernel kernel) {
        long used = kernel.pages.allocatedBytes();
        Set<Integer> counted = new HashSet<>();
        for (ThreadGroup group : kernel.tasks.groups()) {
            int pid = hostPid(group);
            used += pid > 0 && counted.add(pid) ? ownBytes(pid) : 0; // a vfork child shares its parent's
        }
        return used;
    }

    private void killBiggest(long used, long most) {
        long worst = -1;
        ThreadGroup biggest = null;
        for (ThreadGroup group : kernel.tasks.groups()) {
            int pid = hostPid(group);
            long bytes = pid > 0 ? ownBytes(pid) : 0;
            long badness = bytes + most / 1000 * group.oomScoreAdj;
            if (bytes > 0 && group.oomScoreAdj > -1000 && badness > worst) {
                worst = badness;
                biggest = group;
            }
        }
        if (biggest != null && !biggest.exiting()) {
            kernel.log.error("Memory cgroup out of memory: Killed process " + biggest.tgid + ", " + (used >> 10)
                    + " kB in use, limit " + (most >> 10) + " kB");
            Signals.kill(biggest, Signal.SIGKILL);
        }
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
