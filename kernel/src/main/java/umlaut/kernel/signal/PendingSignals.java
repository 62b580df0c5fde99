package umlaut.kernel.signal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Signals sent and not yet taken, of one task or of a whole thread group (Linux: sigpending). Standard signals are kept once, real-time
 * ones queue. Guarded by the thread group's signal lock.
 */
public final class PendingSignals {
    private long mask;
    private final List<SigInfo> queue = new ArrayList<>();

    public long mask() {
        return mask;
    }

    /** @return false if it was dropped because the same standard signal is pending already */
    public boolean add(SigInfo info) {
        long bit = bit(info.signo());
        if (info.signo() < 32 && (mask & bit) != 0) {
            return false;
        }
        mask |= bit;
        queue.add(info);
        return true;
    }

    /** Takes the next signal in {@code wanted}: synchronous faults first, then by number, each number in order of sending. */
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
            if (queue.get(i).signo() == signo) {
                if (found == null) {
                    found = queue.remove(i--);
                } else {
                    more = true;
                    break;
                }
            }
        }
        if (!more) {
            mask &= ~bit(signo);
        }
        return found == null ? SigInfo.kernel(signo) : found;
    }

    /** Forgets all signals in {@code which}. */
    public void flush(long which) {
        mask &= ~which;
        queue.removeIf(info -> (bit(info.signo()) & which) != 0);
    }

    public int size() {
        return queue.size();
    }

    /** SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS: caused by the task itself, delivered before all others. */
    private static final long SYNCHRONOUS = bit(11) | bit(7) | bit(4) | bit(5) | bit(8) | bit(31);

    public static long bit(int signo) {
        return 1L << (signo - 1);
    }
}
