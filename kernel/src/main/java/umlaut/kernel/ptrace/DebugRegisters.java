package umlaut.kernel.ptrace;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.Task;

/**
 * A tracee's debug registers, as POKEUSER of u_debugreg sets them (Linux: arch/x86/kernel/ptrace.c and hw_breakpoint.c). The host's own are out of reach without tracing the host's process, so
 * breakpoints and watchpoints are kept by stepping: while any is enabled the task traps after each instruction, and the kernel compares what is watched. A write of the same value
 * goes unnoticed; reads can't be watched.
 */
final class DebugRegisters {
    static final int COUNT = 8;
    private static final int SLOTS = 4;
    private static final long STEP_BIT = 0x4000;
    private static final int EXECUTE = 0, WRITE = 1, READ_WRITE = 3;

    private final long[] address = new long[SLOTS];
    private final long[] last = new long[SLOTS];
    private long status;
    private long control;
    private volatile boolean watching;

    /** Must the task step for the sake of the registers? */
    boolean watching() {
        return watching;
    }

    long get(int n) {
        return n < SLOTS ? address[n] : n == 6 ? status : n == 7 ? control : 0;
    }

    /** @return 0 or -errno */
    long set(Task task, int n, long value) {
        if (n < SLOTS) {
            if (Long.compareUnsigned(value, task.kernel.engine.taskSize()) >= 0) {
                return Errno.EINVAL.negative();
            }
            address[n] = value;
        } else if (n == 6) {
            status = value;
        } else if (n == 7) {
            if (!valid(value)) {
                return Errno.EINVAL.negative();
            }
            if (watchesReads(value)) {
                return Errno.ENOSPC.negative(); // as if all such registers were taken
            }
            control = value;
        } else {
            return Errno.EIO.negative();
        }
        arm(task);
        return 0;
    }

    private static boolean valid(long value) {
        for (int i = 0; i < SLOTS; i++) {
            int kind = (int) (value >> 16 + 4 * i) & 3;
            int length = (int) (value >> 18 + 4 * i) & 3;
            boolean on = (value >> 2 * i & 3) != 0;
            if (on && (kind == 2 || kind == EXECUTE && length != 0)) {
                return false;
            }
        }
        return true;
    }

    private static boolean watchesReads(long value) {
        for (int i = 0; i < SLOTS; i++) {
            if ((value >> 2 * i & 3) != 0 && (value >> 16 + 4 * i & 3) == READ_WRITE) {
                return true;
            }
        }
        return false;
    }

    private boolean enabled(int i) {
        return (control >> 2 * i & 3) != 0;
    }

    private int kind(int i) {
        return (int) (control >> 16 + 4 * i) & 3;
    }

    private int length(int i) {
        int code = (int) (control >> 18 + 4 * i) & 3;
        return code == 2 ? 8 : code + 1;
    }

    private void arm(Task task) {
        boolean any = false;
        for (int i = 0; i < SLOTS; i++) {
            if (enabled(i)) {
                any = true;
                last[i] = kind(i) == EXECUTE ? 0 : read(task, address[i], length(i));
            }
        }
        watching = any;
    }

    private static long read(Task task, long at, int length) {
        Mm mm = task.mmOrNull();
        MemorySegment word = MemorySegment.ofArray(new long[1]);
        return mm == null || mm.space().peek(at, word, 0, length) != length ? 0 : Le.getLong(word, 0);
    }

    /**
     * After an instruction: has one of them been hit? Then the status register says which.
     *
     * @param rip the next instruction's address
     */
    boolean hit(Task task, long rip) {
        long found = 0;
        for (int i = 0; i < SLOTS; i++) {
            if (!enabled(i)) {
                continue;
            }
            if (kind(i) == EXECUTE) {
                found |= address[i] == rip ? 1L << i : 0;
            } else {
                long now = read(task, address[i], length(i));
                found |= now != last[i] && kind(i) >= WRITE ? 1L << i : 0;
                last[i] = now;
            }
        }
        status |= found;
        return found != 0;
    }

    /** A single step is reported. */
    void noteStep() {
        status |= STEP_BIT;
    }
}
