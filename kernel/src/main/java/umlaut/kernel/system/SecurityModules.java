package umlaut.kernel.system;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.kernel.task.Task;

/**
 * lsm_list_modules(2), lsm_get_self_attr(2), lsm_set_self_attr(2) (security/lsm_syscalls.c): the modules are capabilities and landlock, which have no attributes.
 */
final class SecurityModules {
    /** LSM_ID_CAPABILITY, LSM_ID_LANDLOCK. */
    private static final long[] MODULES = {100, 110};

    private static final int LSM_FLAG_SINGLE = 1;
    /** struct lsm_ctx: id, flags, len, ctx_len, and the text behind them. */
    private static final int CONTEXT_SIZE = 32, LENGTH = 16, TEXT_LENGTH = 24;

    private static final int PAGE = 4096;

    private SecurityModules() {}

    static long list(Task task, long ids, long size, int flags) {
        if (flags != 0) {
            return Errno.EINVAL.negative();
        }
        int room = task.memory.getInt(size);
        int needed = MODULES.length * Long.BYTES;
        task.memory.putInt(size, needed);
        if (Integer.compareUnsigned(room, needed) < 0) {
            return Errno.E2BIG.negative();
        }
        for (int i = 0; i < MODULES.length; i++) {
            task.memory.putLong(ids + (long) i * Long.BYTES, MODULES[i]);
        }
        return MODULES.length;
    }

    static long get(Task task, int attribute, long context, long size, int flags) {
        if (attribute == 0 || size == 0) {
            return Errno.EINVAL.negative();
        }
        task.memory.getInt(size);
        if (flags != 0) {
            if (flags != LSM_FLAG_SINGLE || context == 0 || task.memory.getLong(context) == 0) {
                return Errno.EINVAL.negative();
            }
        }
        task.memory.putInt(size, 0);
        return Errno.EOPNOTSUPP.negative();
    }

    static long set(Task task, long context, int size, int flags) {
        if (flags != 0 || Integer.compareUnsigned(size, CONTEXT_SIZE) < 0) {
            return Errno.EINVAL.negative();
        }
        if (Integer.compareUnsigned(size, PAGE) > 0) {
            return Errno.E2BIG.negative();
        }
        MemorySegment in = task.memory.struct(context, size);
        long length = Le.getLong(in, LENGTH);
        long text = Le.getLong(in, TEXT_LENGTH);
        long needed = CONTEXT_SIZE + text;
        boolean fits = Long.compareUnsigned(length, size) <= 0
                && Long.compareUnsigned(needed, text) >= 0
                && Long.compareUnsigned(needed, length) <= 0;
        return fits ? Errno.EOPNOTSUPP.negative() : Errno.EINVAL.negative();
    }
}
