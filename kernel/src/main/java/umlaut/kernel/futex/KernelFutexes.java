package umlaut.kernel.futex;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import umlaut.abi.Errno;
import umlaut.abi.FutexOps;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.Blocking;

/**
 * Futexes whose waits are this kernel's, for machines whose time is virtual: the host's would end by the host's time, and nobody would know who waits (kernel/futex/waitwake.c, requeue.c).
 */
final class KernelFutexes {
    private static final int ALL_BITS = -1;
    /** FUTEX_WAKE_OP: operation, comparison, their operands; futex(2). */
    private static final int OP_SHIFT = 28, CMP_SHIFT = 24, ARG_BITS = 12, OPARG_IS_SHIFT = 8;

    private static final class Waiter {
        final Task task;
        final int bits;
        FutexWord.Key key;
        volatile boolean woken;

        Waiter(Task task, int bits, FutexWord.Key key) {
            this.task = task;
            this.bits = bits;
            this.key = key;
        }
    }

    @GuardedBy("this") private final Map<FutexWord.Key, ArrayDeque<Waiter>> queues = new HashMap<>();

    /** One of the operations that have to do with waiting, priorities apart. */
    long call(Task task, int command, boolean isPrivate, boolean realtime, Args a) {
        FutexWord word = FutexWord.of(task, a.l(0), isPrivate);
        int value = a.i(2);
        long timeout = a.l(3);
        return switch (command) {
            case FutexOps.FUTEX_WAIT -> {
                long relative = PiFutexes.deadline(task, timeout, false);
                yield await(task, word, value, ALL_BITS, fromNow(task, relative), timeout != 0);
            }
            case FutexOps.FUTEX_WAIT_BITSET ->
                a.i(5) == 0
                        ? Errno.EINVAL.negative()
                        : await(task, word, value, a.i(5), PiFutexes.deadline(task, timeout, realtime), timeout != 0);
            case FutexOps.FUTEX_WAKE -> wake(word.key(), value, ALL_BITS);
            case FutexOps.FUTEX_WAKE_BITSET -> a.i(5) == 0 ? Errno.EINVAL.negative() : wake(word.key(), value, a.i(5));
            case FutexOps.FUTEX_REQUEUE, FutexOps.FUTEX_CMP_REQUEUE -> {
                FutexWord to = FutexWord.of(task, a.l(4), isPrivate);
                yield requeue(word, to, value, (int) timeout, command == FutexOps.FUTEX_CMP_REQUEUE, a.i(5));
            }
            case FutexOps.FUTEX_WAKE_OP ->
                wakeOp(word, FutexWord.of(task, a.l(4), isPrivate), value, (int) timeout, a.i(5));
            default -> Errno.ENOSYS.negative();
        };
    }

    private static long fromNow(Task task, long lengthNs) {
        long at = task.kernel.clock.monotonicNs() + lengthNs;
        return lengthNs == Blocking.FOREVER || at < 0 ? Blocking.FOREVER : at;
    }

    private long await(Task task, FutexWord word, int value, int bits, long deadlineNs, boolean timed) {
        Waiter waiter = new Waiter(task, bits, word.key());
        synchronized (this) {
            long now = word.read();
            if (now < 0) {
                return now;
            }
            if ((int) now != value) {
                return Errno.EAGAIN.negative();
            }
            queues.computeIfAbsent(waiter.key, k -> new ArrayDeque<>()).add(waiter);
        }
        while (true) {
            task.prepareToSleep();
            if (waiter.woken) {
                return 0;
            }
            if (task.signalPending()) {
                return leave(waiter) ? timed ? -Restart.ERESTARTNOHAND : -Restart.ERESTARTSYS : 0;
            }
            if (!task.sleep(deadlineNs)) {
                return leave(waiter) ? Errno.ETIMEDOUT.negative() : 0;
            }
        }
    }

    /** @return false if it has been woken meanwhile */
    private synchronized boolean leave(Waiter waiter) {
        ArrayDeque<Waiter> queue = queues.get(waiter.key);
        boolean there = queue != null && queue.remove(waiter);
        if (queue != null && queue.isEmpty()) {
            queues.remove(waiter.key);
        }
        return there;
    }

    /** Wakes those who wait on the word that a task knows by that address. */
    void wake(Task task, long address, int most) {
        wake(FutexWord.of(task, address, true).key(), most, ALL_BITS);
        wake(FutexWord.of(task, address, false).key(), most, ALL_BITS);
    }

    private synchronized long wake(FutexWord.Key key, int most, int bits) {
        ArrayDeque<Waiter> queue = queues.get(key);
        if (queue == null) {
            return 0;
        }
        int woken = 0;
        for (Iterator<Waiter> each = queue.iterator(); each.hasNext() && woken < most; ) {
            Waiter waiter = each.next();
            if ((waiter.bits & bits) != 0) {
                each.remove();
                waiter.woken = true;
                waiter.task.wakeUp();
                woken++;
            }
        }
        if (queue.isEmpty()) {
            queues.remove(key);
        }
        return woken;
    }

    private synchronized long requeue(FutexWord from, FutexWord to, int most, int moved, boolean compare, int value) {
        if (most < 0 || moved < 0) {
            return Errno.EINVAL.negative();
        }
        long now = compare ? from.read() : 0;
        if (now < 0) {
            return now;
        }
        if (compare && (int) now != value) {
            return Errno.EAGAIN.negative();
        }
        long count = wake(from.key(), most, ALL_BITS);
        ArrayDeque<Waiter> queue = queues.get(from.key());
        for (int i = 0; queue != null && i < moved && !queue.isEmpty(); i++) {
            Waiter waiter = queue.remove();
            waiter.key = to.key();
            queues.computeIfAbsent(to.key(), k -> new ArrayDeque<>()).add(waiter);
            count++;
        }
        if (queue != null && queue.isEmpty()) {
            queues.remove(from.key());
        }
        return count;
    }

    private synchronized long wakeOp(FutexWord first, FutexWord second, int most, int mostSecond, int encoded) {
        int operation = encoded >>> OP_SHIFT;
        int operand = encoded << 8 >> 32 - ARG_BITS;
        if ((operation & OPARG_IS_SHIFT) != 0) {
            operand = 1 << (operand & 31);
        }
        long read;
        int old;
        do {
            read = second.read();
            if (read < 0) {
                return read;
            }
            old = (int) read;
        } while (!second.exchange(old, changed(operation & 7, old, operand)));
        long woken = wake(first.key(), most, ALL_BITS);
        int compared = encoded << 32 - ARG_BITS >> 32 - ARG_BITS;
        return compare(encoded >>> CMP_SHIFT & 15, old, compared)
                ? woken + wake(second.key(), mostSecond, ALL_BITS)
                : woken;
    }

    private static int changed(int operation, int old, int operand) {
        return switch (operation) {
            case 0 -> operand;
            case 1 -> old + operand;
            case 2 -> old | operand;
            case 3 -> old & ~operand;
            case 4 -> old ^ operand;
            default -> throw Errno.ENOSYS.exception();
        };
    }

    private static boolean compare(int comparison, int old, int operand) {
        return switch (comparison) {
            case 0 -> old == operand;
            case 1 -> old != operand;
            case 2 -> old < operand;
            case 3 -> old <= operand;
            case 4 -> old > operand;
            case 5 -> old >= operand;
            default -> throw Errno.ENOSYS.exception();
        };
    }
}
