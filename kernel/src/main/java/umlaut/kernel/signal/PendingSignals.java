package umlaut.kernel.signal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import umlaut.abi.SiCode;

/**
 * Signals sent and not yet taken, of one task or of a whole thread group (Linux: sigpending). Standard signals are kept
 * once, real-time
 * ones queue. Guarded by the thread group's signal lock; only {@link #mask} may be looked at without it.
 */
public final class PendingSignals {
    /** SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS: caused by the task itself, delivered before all others. */
    private static final long SYNCHRONOUS = bit(11) | bit(7) | bit(4) | bit(5) | bit(8) | bit(31);

    /** One queued signal and the user's counter it is charged to. */
    private record Queued(SigInfo info, @Nullable AtomicInteger charged) {}

    private volatile long mask;
    private final List<Queued> queue = new ArrayList<>(2);

    public long mask() {
        return mask;
    }

    /** @return false if it was dropped because the same standard signal is pending already */
    public boolean add(SigInfo info) {
        return add(info, null);
    }

    /**
     * @param charged already incremented for this signal (RLIMIT_SIGPENDING); decremented when the signal leaves
     *     the queue
     * @return false if it was dropped because the same standard signal is pending already; the charge is then given
     *     back
     */
    public boolean add(SigInfo info, @Nullable AtomicInteger charged) {
        long bit = bit(info.signo());
        if (info.signo() < 32 && (mask & bit) != 0) {
            giveBack(charged);
            return false;
        }
        queue.add(new Queued(info, charged));
        mask |= bit;
        return true;
    }

    /** Marks a signal as pending without its siginfo: what Linux does when there is no room to queue it. */
    public void addBare(int signo) {
        mask |= bit(signo);
    }

    /**
     * Takes the next signal in {@code wanted}: synchronous faults first, then by number, each number in order of
     * sending.
     */
    public @Nullable SigInfo take(long wanted) {
        long ready = mask & wanted;
        if (ready == 0) {
            return null;
        }
        long synchronous = ready & SYNCHRONOUS;
        int signo = Long.numberOfTrailingZeros(synchronous != 0 ? synchronous : ready) + 1;
        SigInfo found = null;
        boolean more = false;
        for (int i = 0; i < queue.size(); i++) {
            if (queue.get(i).info.signo() == signo) {
                if (found != null) {
                    more = true;
                    break;
                }
                Queued taken = queue.remove(i--);
                giveBack(taken.charged);
                found = taken.info;
            }
        }
        if (!more) {
            mask &= ~bit(signo);
        }
        return found == null ? SigInfo.user(signo, 0, 0) : found;
    }

    /** Forgets all signals in {@code which}. */
    public void flush(long which) {
        if ((mask & which) == 0) {
            return;
        }
        mask &= ~which;
        for (int i = queue.size() - 1; i >= 0; i--) {
            if ((bit(queue.get(i).info.signo()) & which) != 0) {
                giveBack(queue.remove(i).charged);
            }
        }
    }

    /** If a signal of that POSIX timer is still queued, sets its overrun count. @return whether one is */
    public boolean setOverrun(int timerId, int overrun) {
        for (int i = 0; i < queue.size(); i++) {
            SigInfo info = queue.get(i).info;
            if (info.code() == SiCode.SI_TIMER && info.pid() == timerId) {
                queue.set(
                        i,
                        new Queued(SigInfo.timer(info.signo(), timerId, overrun, info.value()), queue.get(i).charged));
                return true;
            }
        }
        return false;
    }

    private static void giveBack(@Nullable AtomicInteger charged) {
        if (charged != null) {
            charged.decrementAndGet();
        }
    }

    /** What is queued, in order. */
    public List<SigInfo> queued() {
        List<SigInfo> out = new ArrayList<>(queue.size());
        for (Queued q : queue) {
            out.add(q.info);
        }
        return out;
    }

    public int size() {
        return queue.size();
    }

    public static long bit(int signo) {
        return 1L << (signo - 1);
    }
}
