package umlaut.kernel.mm;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.kernel.task.Task;

/**
 * modify_ldt(2) (Linux: arch/x86/kernel/ldt.c). The table is always empty: it can be read, entries can be cleared, but segments of their own would let guests run 32-bit code, which the engine
 * does not: ENOSYS. Errors are 32 bits wide, as the call has them.
 */
public final class LdtCalls {
    private static final int READ = 0, WRITE_OLD = 1, READ_DEFAULT = 2, WRITE = 0x11;
    private static final int ENTRIES = 8192, DEFAULT_SIZE = 128;
    /** struct user_desc. */
    private static final int SIZE = 16, LIMIT = 8, BASE = 4, BITS = 12;

    private static final int SEG_32BIT = 1, CONTENTS = 6, NOT_PRESENT = 0x20, KNOWN_BITS = 0xff;
    /** read_exec_only and seg_not_present alone. */
    private static final int EMPTY = 0x28;

    private LdtCalls() {}

    public static long modify(Task task, int function, long address, long bytes) {
        try {
            return asInt(perform(task, function, address, bytes));
        } catch (ErrnoException e) {
            return asInt(e.errno().negative());
        }
    }

    private static long perform(Task task, int function, long address, long bytes) {
        return switch (function) {
            case READ -> 0;
            case READ_DEFAULT -> {
                long n = Long.compareUnsigned(bytes, DEFAULT_SIZE) < 0 ? bytes : DEFAULT_SIZE;
                task.memory.write(address, task.memory.build((int) n));
                yield n;
            }
            case WRITE_OLD, WRITE -> write(task, address, bytes, function == WRITE_OLD);
            default -> Errno.ENOSYS.negative();
        };
    }

    private static long asInt(long result) {
        return result & 0xffff_ffffL;
    }

    private static long write(Task task, long address, long bytes, boolean old) {
        if (bytes != SIZE) {
            return Errno.EINVAL.negative();
        }
        MemorySegment in = task.memory.struct(address, SIZE);
        int bits = Le.getInt(in, BITS) & KNOWN_BITS;
        boolean badContents = (bits & CONTENTS) == CONTENTS && (old || (bits & NOT_PRESENT) == 0);
        if (Integer.compareUnsigned(Le.getInt(in, 0), ENTRIES) >= 0 || badContents) {
            return Errno.EINVAL.negative();
        }
        boolean nowhere = Le.getInt(in, BASE) == 0 && Le.getInt(in, LIMIT) == 0;
        if (nowhere && (old || bits == EMPTY || bits == 0)) {
            return 0;
        }
        return ((bits & SEG_32BIT) == 0 ? Errno.EINVAL : Errno.ENOSYS).negative();
    }
}
