package umlaut.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Host processes and threads: starting, waiting for and signalling them. See posix_spawn(3), wait4(2), tgkill(2), prctl(2). */
public final class Processes {
    public static final int WNOHANG = 1, WNOTHREAD = 0x20000000, WALL = 0x40000000;
    public static final int SIGKILL = 9;
    /** struct rusage, and where in it (ru_maxrss in KiB). */
    public static final int RUSAGE_SIZE = 144, RU_MAXRSS = 32, RU_MINFLT = 64, RU_MAJFLT = 72;

    public static final int RLIMIT_NPROC = 6, RLIMIT_NOFILE = 7, RLIMIT_AS = 9;

    private static final int SCHED_ATTR_SIZE = 48;
    private static final long SCHED_FLAG_KEEP_POLICY = 8;
    private static final int PRIO_PROCESS = 0, CLOCK_PROCESS_CPUTIME_ID = 2;
    /** What getpriority(2) itself says for a nice value of 0; it counts downwards. */
    private static final int NICE_ZERO = 20;

    private Processes() {}

    /**
     * Starts a program as a child of the calling host thread (so that {@code wait4(-1, __WNOTHREAD)} there sees it, and no other thread's
     * children). It inherits every descriptor without close-on-exec and an empty environment.
     *
     * @return the process id, or -errno
     */
    public static long spawn(String path, List<String> arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argv = arena.allocate(8L * (arguments.size() + 1), 8);
            for (int i = 0; i < arguments.size(); i++) {
                argv.set(
                        Layouts.LONG,
                        8L * i,
                        arena.allocateFrom(arguments.get(i)).address());
            }
            MemorySegment pid = arena.allocate(8, 8);
            MemorySegment envp = arena.allocate(8, 8);
            long error = HostCalls.invoke(
                    HostCalls.function("posix_spawn"),
                    pid.address(),
                    arena.allocateFrom(path).address(),
                    0,
                    0,
                    argv.address(),
                    envp.address(),
                    0);
            return (int) error == 0 ? pid.get(Layouts.INT, 0) : -(int) error;
        }
    }

    /** wait4(2). {@code status} (4 bytes) and {@code rusage} (144 bytes) may be {@link MemorySegment#NULL}. */
    public static long wait4(int pid, MemorySegment status, int options, MemorySegment rusage) {
        return HostCalls.call(Syscall.WAIT4, pid, status.address(), options, rusage.address());
    }

    public static long kill(int pid, int signal) {
        return HostCalls.call(Syscall.KILL, pid, signal);
    }

    public static long tgkill(int pid, int tid, int signal) {
        return HostCalls.call(Syscall.TGKILL, pid, tid, signal);
    }

    public static int getpid() {
        return (int) HostCalls.call(Syscall.GETPID);
    }

    public static int gettid() {
        return (int) HostCalls.call(Syscall.GETTID);
    }

    /** What all threads of this process have run for so far: CLOCK_PROCESS_CPUTIME_ID of clock_gettime(2). */
    public static long cpuTimeNs() {
        MemorySegment time = Scratch.arguments();
        HostCalls.call(Syscall.CLOCK_GETTIME, CLOCK_PROCESS_CPUTIME_ID, time.address());
        return time.get(Layouts.LONG, 0) * 1_000_000_000 + time.get(Layouts.LONG, 8);
    }

    public static int getuid() {
        return (int) HostCalls.call(Syscall.GETUID);
    }

    public static int getgid() {
        return (int) HostCalls.call(Syscall.GETGID);
    }

    public static long prctl(int option, long a, long b, long c, long d) {
        return HostCalls.call(Syscall.PRCTL, option, a, b, c, d);
    }

    /** Confines a thread (0: the caller) to the processors set in {@code mask}, of at most 64. */
    public static long setAffinity(int tid, long mask) {
        MemorySegment room = Scratch.arguments();
        room.set(Layouts.LONG, 0, mask);
        return HostCalls.call(Syscall.SCHED_SETAFFINITY, tid, 8, room.address());
    }

    /**
     * Asks for a shorter turn on the processor than usual, for the caller and what it starts: one that wakes up then need not wait for the end of a longer turn of somebody
     * else's. Its share stays what it was. Hosts before Linux 6.12 have one length for all. See sched_setattr(2).
     */
    public static void setSlice(long ns) {
        int nice = NICE_ZERO - (int) HostCalls.call(Syscall.GETPRIORITY, PRIO_PROCESS, 0);
        MemorySegment attributes = Scratch.arguments();
        attributes.asSlice(0, SCHED_ATTR_SIZE).fill((byte) 0);
        attributes.set(Layouts.INT, 0, SCHED_ATTR_SIZE);
        attributes.set(Layouts.LONG, 8, SCHED_FLAG_KEEP_POLICY);
        attributes.set(Layouts.INT, 16, nice);
        attributes.set(Layouts.LONG, 24, ns); // sched_runtime
        HostCalls.call(Syscall.SCHED_SETATTR, 0, attributes.address(), 0);
    }

    /** How much the caller, and what it starts, lets others go first: 0 to 19. See setpriority(2). */
    public static long setNice(int nice) {
        return HostCalls.call(Syscall.SETPRIORITY, PRIO_PROCESS, 0, nice);
    }

    /** What getrlimit(2) says is the soft limit; -1 if there is none. */
    public static long softLimit(int resource) {
        MemorySegment limit = Scratch.arguments();
        return HostCalls.call(Syscall.PRLIMIT64, 0, resource, 0, limit.address()) < 0 ? -1 : limit.get(Layouts.LONG, 0);
    }

    /** The processors that the caller may use, one bit each; 0 if they are not all among the first 64. */
    public static long affinity() {
        MemorySegment room = Scratch.arguments();
        return HostCalls.call(Syscall.SCHED_GETAFFINITY, 0, 8, room.address()) == 8 ? room.get(Layouts.LONG, 0) : 0;
    }

    /** The processor the caller runs on. */
    public static int currentCpu() {
        MemorySegment room = Scratch.arguments();
        return HostCalls.call(Syscall.GETCPU, room.address(), 0, 0) < 0 ? 0 : room.get(Layouts.INT, 0);
    }
}
