package umlaut.kernel.task;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import umlaut.abi.Rlimit;
import umlaut.engine.UserThread;

/**
 * Resource limits of one process, getrlimit(2); soft and hard values, -1 = infinity. Thread-safe by single
 * volatile-free array copies.
 */
public final class Limits {
    public static final long INFINITY = -1L;
    private final long[] soft;
    private final long[] hard;

    /** Threads that know these limits. */
    @GuardedBy("this") private final List<UserThread> told = new ArrayList<>(1);

    public Limits() {
        soft = new long[Rlimit.RLIM_NLIMITS];
        hard = new long[Rlimit.RLIM_NLIMITS];
        Arrays.fill(soft, INFINITY);
        Arrays.fill(hard, INFINITY);
        put(Rlimit.RLIMIT_STACK, 8L << 20, INFINITY);
        put(Rlimit.RLIMIT_CORE, 0, INFINITY);
        put(Rlimit.RLIMIT_NOFILE, 1024, 1 << 20);
        put(Rlimit.RLIMIT_NPROC, 32768, 32768);
        put(Rlimit.RLIMIT_MEMLOCK, 8L << 20, 8L << 20);
        put(Rlimit.RLIMIT_SIGPENDING, 32768, 32768);
        put(Rlimit.RLIMIT_MSGQUEUE, 819200, 819200);
        put(Rlimit.RLIMIT_NICE, 0, 0);
        put(Rlimit.RLIMIT_RTPRIO, 0, 0);
    }

    private Limits(Limits other) {
        soft = other.soft.clone();
        hard = other.hard.clone();
    }

    /** fork(2) copies. */
    public synchronized Limits copy() {
        return new Limits(this);
    }

    /** Unsigned bytes, seconds or counts; -1 is infinity. */
    public synchronized long soft(int resource) {
        return soft[resource];
    }

    public synchronized long hard(int resource) {
        return hard[resource];
    }

    public synchronized void put(int resource, long newSoft, long newHard) {
        soft[resource] = newSoft;
        hard[resource] = newHard;
        told.forEach(this::write);
    }

    /** Lets a thread of the process, one that nobody watches, tell these limits by itself. */
    public synchronized void tell(UserThread user) {
        told.add(user);
        write(user);
    }

    @GuardedBy("this") private void write(UserThread user) {
        long[] both = new long[2 * Rlimit.RLIM_NLIMITS];
        for (int i = 0; i < Rlimit.RLIM_NLIMITS; i++) {
            both[2 * i] = soft[i];
            both[2 * i + 1] = hard[i];
        }
        user.own().limits(both);
    }

    /** A thread that may have been told ends, or takes up another program. */
    public synchronized void leave(UserThread user) {
        told.remove(user);
    }
}
