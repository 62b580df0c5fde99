package umlaut.abi;

/**
 * Scheduling policies and flags, and I/O priorities.
 *
 * <p>Linux: {@code include/uapi/linux/sched.h}, {@code ioprio.h}; man pages: sched(7), ioprio_set(2).
 */
public final class SchedConst {
    // Policies

    public static final int SCHED_NORMAL = 0;
    public static final int SCHED_FIFO = 1;
    public static final int SCHED_RR = 2;
    public static final int SCHED_BATCH = 3;
    public static final int SCHED_IDLE = 5;
    public static final int SCHED_DEADLINE = 6;
    public static final int SCHED_OTHER = 0;
    public static final int SCHED_EXT = 7;

    // Flags

    public static final int SCHED_FLAG_RESET_ON_FORK = 0x1;
    public static final int SCHED_FLAG_RECLAIM = 0x2;
    public static final int SCHED_FLAG_DL_OVERRUN = 0x4;
    public static final int SCHED_FLAG_KEEP_POLICY = 0x8;
    public static final int SCHED_FLAG_KEEP_PARAMS = 0x10;
    public static final int SCHED_FLAG_KEEP_ALL = 0x18;
    public static final int SCHED_FLAG_UTIL_CLAMP_MIN = 0x20;
    public static final int SCHED_FLAG_UTIL_CLAMP_MAX = 0x40;
    public static final int SCHED_FLAG_UTIL_CLAMP = 0x60;
    public static final int SCHED_FLAG_ALL = 0x7f;
    public static final int SCHED_RESET_ON_FORK = 0x40000000;

    // ioprio: classes and targets

    public static final int IOPRIO_CLASS_SHIFT = 13;
    public static final int IOPRIO_CLASS_NONE = 0;
    public static final int IOPRIO_CLASS_RT = 1;
    public static final int IOPRIO_CLASS_BE = 2;
    public static final int IOPRIO_CLASS_IDLE = 3;
    public static final int IOPRIO_WHO_PROCESS = 1;
    public static final int IOPRIO_WHO_PGRP = 2;
    public static final int IOPRIO_WHO_USER = 3;

    // membarrier

    public static final int MEMBARRIER_CMD_QUERY = 0;
    public static final int MEMBARRIER_CMD_GLOBAL = 1;
    public static final int MEMBARRIER_CMD_GLOBAL_EXPEDITED = 2;
    public static final int MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED = 4;
    public static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED = 8;
    public static final int MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 16;
    public static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE = 32;
    public static final int MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 64;
    public static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ = 128;
    public static final int MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ = 256;
    public static final int MEMBARRIER_CMD_GET_REGISTRATIONS = 512;
    public static final int MEMBARRIER_CMD_FLAG_CPU = 1;

    // rseq

    public static final int RSEQ_FLAG_UNREGISTER = 1;
    public static final int RSEQ_CPU_ID_UNINITIALIZED = -1;
    public static final int RSEQ_CPU_ID_REGISTRATION_FAILED = -2;
    public static final int RSEQ_CS_FLAG_NO_RESTART_ON_PREEMPT = 1;
    public static final int RSEQ_CS_FLAG_NO_RESTART_ON_SIGNAL = 2;
    public static final int RSEQ_CS_FLAG_NO_RESTART_ON_MIGRATE = 4;

    private SchedConst() {}
}
