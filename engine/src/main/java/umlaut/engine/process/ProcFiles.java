package umlaut.engine.process;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import umlaut.engine.MemoryUse;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Scratch;
import umlaut.host.Syscall;

/** What the host's /proc says of a stub process; all zero once it has ended. See proc(5). */
final class ProcFiles {
    private ProcFiles() {}

    private static String read(String path) {
        try {
            return Files.readString(Path.of(path));
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * CPU time of a whole process, ns: without a look into /proc, whose entries make the host's reaping of the process slower. See
     * clock_getcpuclockid(3).
     */
    static long processCpuNs(int pid) {
        MemorySegment time = Scratch.inner();
        int clock = ~pid << 3 | 2; // CPUCLOCK_SCHED
        if (HostCalls.isError(HostCalls.call(Syscall.CLOCK_GETTIME, clock, time.address()))) {
            return 0;
        }
        return time.get(Layouts.LONG, 0) * 1_000_000_000 + time.get(Layouts.LONG, 8);
    }

    /** Time on a CPU of one thread, ns. */
    static long threadCpuNs(int pid, int tid) {
        String path = "/proc/" + pid + "/task/" + tid + "/schedstat";
        int fd = (int) umlaut.host.Files.openat(
                umlaut.host.Files.AT_FDCWD,
                Scratch.path(path),
                umlaut.host.Files.O_RDONLY | umlaut.host.Files.O_CLOEXEC,
                0);
        if (fd < 0) {
            return 0;
        }
        MemorySegment text = Scratch.inner();
        long length = umlaut.host.Files.pread(fd, text, 0, 64, 0);
        umlaut.host.Files.close(fd);
        long ns = 0;
        for (int i = 0; i < length && text.get(Layouts.BYTE, i) != ' '; i++) {
            ns = 10 * ns + text.get(Layouts.BYTE, i) - '0';
        }
        return ns;
    }

    /**
     * The children of one of our threads, or, on hosts that do not tell (CONFIG_PROC_CHILDREN), those of all of them, the dead that have not been reaped included.
     */
    static Set<Integer> children(int tid) {
        Set<Integer> children = new HashSet<>();
        Path list = Path.of("/proc/self/task/" + tid + "/children");
        if (Files.exists(list)) {
            for (String pid : read(list.toString()).split(" ")) {
                if (!pid.isBlank()) {
                    children.add(Integer.valueOf(pid.strip()));
                }
            }
            return children;
        }
        String[] all = new File("/proc").list((directory, name) -> Character.isDigit(name.charAt(0)));
        String self = " " + ProcessHandle.current().pid() + " ";
        for (String pid : all == null ? new String[0] : all) {
            String stat = read("/proc/" + pid + "/stat");
            int behindName = stat.lastIndexOf(')');
            if (behindName > 0 && stat.startsWith(self, behindName + 3)) { // ") S PPID "
                children.add(Integer.valueOf(pid));
            }
        }
        return children;
    }

    /** Fields of stat, counted from the one behind the name. */
    private static final int MINOR_FAULTS = 7, MAJOR_FAULTS = 9;

    private static final String PEAK = "VmHWM:";

    /** What a living process has used of memory, areas included. */
    static MemoryUse memoryUse(int pid) {
        String stat = read("/proc/" + pid + "/stat");
        int behindName = stat.lastIndexOf(") ");
        String status = read("/proc/" + pid + "/status");
        int peak = status.indexOf(PEAK);
        int kib = status.indexOf(" kB", Math.max(peak, 0));
        if (behindName < 0 || peak < 0 || kib < 0) {
            return MemoryUse.NONE;
        }
        String[] fields = stat.substring(behindName + 2).split(" ");
        long peakKib =
                Long.parseLong(status.substring(peak + PEAK.length(), kib).strip());
        return new MemoryUse(peakKib << 10, Long.parseLong(fields[MINOR_FAULTS]), Long.parseLong(fields[MAJOR_FAULTS]));
    }

    /** Resident bytes of a process, areas included. */
    /** @param ofFiles bytes that do not count, as far as they are in memory: pages of files are no process's */
    static long residentBytes(int pid, long ofFiles) {
        String[] fields = read("/proc/" + pid + "/statm").split(" ");
        return fields.length < 3
                ? 0
                : 4096 * Long.parseLong(fields[1]) - Math.min(ofFiles, 4096 * Long.parseLong(fields[2]));
    }

    /** Whether {@code address} lies in a mapping that may be written. */
    static boolean isWritable(int pid, long address) {
        for (String line : read("/proc/" + pid + "/maps").split("\n")) {
            int dash = line.indexOf('-');
            int space = line.indexOf(' ');
            if (dash > 0
                    && address >= Long.parseUnsignedLong(line, 0, dash, 16)
                    && address < Long.parseUnsignedLong(line, dash + 1, space, 16)) {
                return line.charAt(space + 2) == 'w';
            }
        }
        return false;
    }
}
