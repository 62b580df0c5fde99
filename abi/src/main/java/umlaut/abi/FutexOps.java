package umlaut.abi;

/**
 * Operations and word layout of futex(2) and futex_waitv(2).
 *
 * <p>Linux: {@code include/uapi/linux/futex.h}.
 */
public final class FutexOps {
    // Operations

    public static final int FUTEX_WAIT = 0;
    public static final int FUTEX_WAKE = 1;
    public static final int FUTEX_FD = 2;
    public static final int FUTEX_REQUEUE = 3;
    public static final int FUTEX_CMP_REQUEUE = 4;
    public static final int FUTEX_WAKE_OP = 5;
    public static final int FUTEX_LOCK_PI = 6;
    public static final int FUTEX_UNLOCK_PI = 7;
    public static final int FUTEX_TRYLOCK_PI = 8;
    public static final int FUTEX_WAIT_BITSET = 9;
    public static final int FUTEX_WAKE_BITSET = 10;
    public static final int FUTEX_WAIT_REQUEUE_PI = 11;
    public static final int FUTEX_CMP_REQUEUE_PI = 12;
    public static final int FUTEX_LOCK_PI2 = 13;

    // Flags or-ed to the operation

    public static final int FUTEX_PRIVATE_FLAG = 0x80;
    public static final int FUTEX_CLOCK_REALTIME = 0x100;
    public static final int FUTEX_CMD_MASK = -385;

    // Futex words, robust list

    public static final int FUTEX_WAITERS = 0x80000000;
    public static final int FUTEX_OWNER_DIED = 0x40000000;
    public static final int FUTEX_TID_MASK = 0x3fffffff;
    public static final int ROBUST_LIST_LIMIT = 0x800;
    public static final int FUTEX_BITSET_MATCH_ANY = 0xffffffff;

    // FUTEX_WAKE_OP: operation and comparison

    public static final int FUTEX_OP_SET = 0;
    public static final int FUTEX_OP_CMP_EQ = 0;
    public static final int FUTEX_OP_CMP_NE = 1;
    public static final int FUTEX_OP_ADD = 1;
    public static final int FUTEX_OP_CMP_LT = 2;
    public static final int FUTEX_OP_OR = 2;
    public static final int FUTEX_OP_CMP_LE = 3;
    public static final int FUTEX_OP_ANDN = 3;
    public static final int FUTEX_OP_CMP_GT = 4;
    public static final int FUTEX_OP_XOR = 4;
    public static final int FUTEX_OP_CMP_GE = 5;
    public static final int FUTEX_OP_OPARG_SHIFT = 8;

    // futex_waitv, futex_wait, futex_wake, futex_requeue

    public static final int FUTEX_32 = 0x2;
    public static final int FUTEX_WAITV_MAX = 0x80;
    public static final int FUTEX2_SIZE_U8 = 0x0;
    public static final int FUTEX2_SIZE_U16 = 0x1;
    public static final int FUTEX2_SIZE_U32 = 0x2;
    public static final int FUTEX2_SIZE_U64 = 0x3;
    public static final int FUTEX2_SIZE_MASK = 0x3;
    public static final int FUTEX2_NUMA = 0x4;
    public static final int FUTEX2_MPOL = 0x8;
    public static final int FUTEX2_PRIVATE = 0x80;

    private FutexOps() {}
}
