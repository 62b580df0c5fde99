package umlaut.kernel.ns;

import java.util.Locale;
import umlaut.abi.Capability;
import umlaut.abi.Clock;
import umlaut.abi.Errno;
import umlaut.kernel.task.Task;

/**
 * How far the monotonic clocks and the boot clock of a set of tasks are from the machine's, time_namespaces(7) (Linux: kernel/time/namespace.c). The offsets may be set until
 * the first task lives in the namespace. Tasks with offsets ask the kernel for these clocks: their vDSO's clock_gettime is a system call, and so is each futex(2).
 */
public final class TimeNamespace implements Namespace {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    /** KTIME_SEC_MAX. */
    private static final long MOST_SECONDS = Long.MAX_VALUE / NS_PER_SECOND;

    private final long ino;
    private final UserNamespace owner;
    private volatile long monotonicNs;
    private volatile long bootNs;
    private volatile boolean frozen;

    TimeNamespace(long ino, UserNamespace owner) {
        this.ino = ino;
        this.owner = owner;
    }

    /** A new one begins with the offsets of its maker's. */
    TimeNamespace(long ino, UserNamespace owner, TimeNamespace from) {
        this(ino, owner);
        monotonicNs = from.monotonicNs;
        bootNs = from.bootNs;
    }

    @Override
    public NamespaceKind kind() {
        return NamespaceKind.TIME;
    }

    @Override
    public long ino() {
        return ino;
    }

    @Override
    public UserNamespace owner() {
        return owner;
    }

    /** Are its clocks not the machine's? */
    public boolean shifts() {
        return monotonicNs != 0 || bootNs != 0;
    }

    /** What is added to the machine's clock. */
    public long offsetNs(int clockId) {
        return switch (clockId) {
            case Clock.CLOCK_MONOTONIC, Clock.CLOCK_MONOTONIC_RAW, Clock.CLOCK_MONOTONIC_COARSE -> monotonicNs;
            case Clock.CLOCK_BOOTTIME, Clock.CLOCK_BOOTTIME_ALARM -> bootNs;
            default -> 0;
        };
    }

    /** An absolute time of a clock here, on the machine's clock (timens_ktime_to_host). */
    public long toMachine(int clockId, long timeNs) {
        long offset = offsetNs(clockId);
        if (offset == 0 || timeNs == Long.MAX_VALUE) {
            return timeNs;
        }
        if (timeNs < offset) {
            return 0;
        }
        long time = timeNs - offset;
        return time < 0 ? Long.MAX_VALUE : time;
    }

    /** A task lives here from now on. Its memory and thread are those it will run with. */
    void enter(Task task) {
        frozen = true;
        if (shifts()) {
            task.mm().space().clocksByCall();
        }
    }

    /** Of the initial namespace. */
    TimeNamespace freeze() {
        frozen = true;
        return this;
    }

    /** /proc/PID/timens_offsets. */
    public String offsetsText() {
        return line("monotonic", monotonicNs) + line("boottime", bootNs);
    }

    private static String line(String clock, long ns) {
        return String.format(
                Locale.ROOT,
                "%-10s %10d %9d%n",
                clock,
                Math.floorDiv(ns, NS_PER_SECOND),
                Math.floorMod(ns, NS_PER_SECOND));
    }

    /** Takes one or two lines of a clock's name or number, seconds and nanoseconds: all, or none. @throws umlaut.abi.ErrnoException EINVAL, EPERM, ERANGE, EACCES */
    public synchronized void writeOffsets(Task writer, String text) {
        String[] lines = text.stripTrailing().split("\n", -1);
        long[][] given = new long[Math.min(lines.length, 2)][];
        for (int i = 0; i < given.length; i++) {
            given[i] = parse(lines[i]);
        }
        if (!writer.credentials().capableIn(owner, Capability.CAP_SYS_TIME)) {
            throw Errno.EPERM.exception();
        }
        for (long[] one : given) {
            long now =
                    one[0] == Clock.CLOCK_MONOTONIC ? writer.kernel.clock.monotonicNs() : writer.kernel.clock.bootNs();
            long seconds = one[1];
            long sum = seconds + Math.floorDiv(now + one[2], NS_PER_SECOND);
            if (seconds > MOST_SECONDS || seconds < -MOST_SECONDS || sum < 0 || sum > MOST_SECONDS / 2) {
                throw Errno.ERANGE.exception();
            }
        }
        if (frozen) {
            throw Errno.EACCES.exception();
        }
        for (long[] one : given) {
            long offset = one[1] * NS_PER_SECOND + one[2];
            if (one[0] == Clock.CLOCK_MONOTONIC) {
                monotonicNs = offset;
            } else {
                bootNs = offset;
            }
        }
    }

    private static long[] parse(String line) {
        String[] words = line.strip().split("\\s+");
        if (words.length != 3) {
            throw Errno.EINVAL.exception();
        }
        long clock = switch (words[0]) {
            case "monotonic", "1" -> Clock.CLOCK_MONOTONIC;
            case "boottime", "7" -> Clock.CLOCK_BOOTTIME;
            default -> throw Errno.EINVAL.exception();
        };
        try {
            long ns = Long.parseLong(words[2]);
            if (ns < 0 || ns >= NS_PER_SECOND) {
                throw Errno.EINVAL.exception();
            }
            return new long[] {clock, Long.parseLong(words[1]), ns};
        } catch (NumberFormatException e) {
            throw Errno.EINVAL.exception();
        }
    }
}
