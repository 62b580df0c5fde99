package umlaut.kernel.task;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.FutexOps;
import umlaut.abi.Le;
import umlaut.abi.RobustListHead;
import umlaut.engine.AddressSpace;

/**
 * Robust futexes that a task held when it ended (get_robust_list(2); Linux: exit_robust_list in kernel/futex/core.c):
 * each is marked FUTEX_OWNER_DIED, and one waiter is woken. The list lies in
 * guest memory and is not trusted: it may be broken, or never end.
 */
final class RobustList {
    private static final int LIMIT = 2048;

    private final AddressSpace space;
    private final int tid;
    private final MemorySegment word;

    private RobustList(AddressSpace space, int tid, MemorySegment word) {
        this.space = space;
        this.tid = tid;
        this.word = word;
    }

    static void release(Task task, AddressSpace space, long head) {
        try (Arena arena = Arena.ofConfined()) {
            new RobustList(space, task.tidInside, arena.allocate(RobustListHead.SIZE, 8)).walk(head);
        }
    }

    private void walk(long head) {
        if (space.read(head, word, 0, RobustListHead.SIZE) != RobustListHead.SIZE) {
            return;
        }
        long entry = Le.getLong(word, RobustListHead.LIST);
        long offset = Le.getLong(word, RobustListHead.FUTEX_OFFSET);
        long pending = Le.getLong(word, RobustListHead.LIST_OP_PENDING);
        for (int i = 0; i < LIMIT && (entry & ~1L) != head; i++) {
            long next = load(entry & ~1L);
            if ((entry & ~1L) != (pending & ~1L) && !died((entry & ~1L) + offset)) {
                return;
            }
            if (next == FAULT) {
                return;
            }
            entry = next;
        }
        if ((pending & ~1L) != 0) {
            died((pending & ~1L) + offset);
        }
    }

    /** No address has all bits set. */
    private static final long FAULT = -1L;

    private long load(long address) {
        return space.read(address, word, 0, 8) == 8 ? Le.getLong(word, 0) : FAULT;
    }

    /** @return false if the word can't be reached */
    private boolean died(long futex) {
        if ((futex & 3) != 0 || space.read(futex, word, 0, 4) != 4) {
            return false;
        }
        int value = Le.getInt(word, 0);
        while ((value & FutexOps.FUTEX_TID_MASK) == tid) {
            int fresh = value & FutexOps.FUTEX_WAITERS | FutexOps.FUTEX_OWNER_DIED;
            long old = space.compareAndExchange(futex, value, fresh);
            if (old < 0) {
                return false;
            }
            if ((int) old == value) {
                if ((value & FutexOps.FUTEX_WAITERS) != 0) {
                    space.futexWake(futex, 1, true);
                }
                return true;
            }
            value = (int) old;
        }
        return true;
    }
}
