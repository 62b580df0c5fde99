package umlaut.abi;

/**
 * Operations of prctl(2) and arch_prctl(2).
 *
 * <p>Linux: {@code include/uapi/linux/prctl.h}, {@code arch/x86/include/uapi/asm/prctl.h}.
 */
public final class Prctl {
    // prctl

    public static final int PR_SET_VMA_ANON_NAME = 0;
    public static final int PR_SET_PDEATHSIG = 1;
    public static final int PR_GET_PDEATHSIG = 2;
    public static final int PR_GET_DUMPABLE = 3;
    public static final int PR_SET_DUMPABLE = 4;
    public static final int PR_GET_UNALIGN = 5;
    public static final int PR_SET_UNALIGN = 6;
    public static final int PR_GET_KEEPCAPS = 7;
    public static final int PR_SET_KEEPCAPS = 8;
    public static final int PR_GET_FPEMU = 9;
    public static final int PR_SET_FPEMU = 10;
    public static final int PR_GET_FPEXC = 11;
    public static final int PR_SET_FPEXC = 12;
    public static final int PR_GET_TIMING = 13;
    public static final int PR_SET_TIMING = 14;
    public static final int PR_SET_NAME = 15;
    public static final int PR_GET_NAME = 16;
    public static final int PR_GET_ENDIAN = 19;
    public static final int PR_SET_ENDIAN = 20;
    public static final int PR_GET_SECCOMP = 21;
    public static final int PR_SET_SECCOMP = 22;
    public static final int PR_CAPBSET_READ = 23;
    public static final int PR_CAPBSET_DROP = 24;
    public static final int PR_GET_TSC = 25;
    public static final int PR_SET_TSC = 26;
    public static final int PR_GET_SECUREBITS = 27;
    public static final int PR_SET_SECUREBITS = 28;
    public static final int PR_SET_TIMERSLACK = 29;
    public static final int PR_GET_TIMERSLACK = 30;
    public static final int PR_SET_MM = 35;
    public static final int PR_SET_CHILD_SUBREAPER = 36;
    public static final int PR_GET_CHILD_SUBREAPER = 37;
    public static final int PR_SET_NO_NEW_PRIVS = 38;
    public static final int PR_GET_NO_NEW_PRIVS = 39;
    public static final int PR_GET_TID_ADDRESS = 40;
    public static final int PR_SET_THP_DISABLE = 41;
    public static final int PR_GET_THP_DISABLE = 42;
    public static final int PR_MPX_ENABLE_MANAGEMENT = 43;
    public static final int PR_MPX_DISABLE_MANAGEMENT = 44;
    public static final int PR_SET_FP_MODE = 45;
    public static final int PR_GET_FP_MODE = 46;
    public static final int PR_CAP_AMBIENT = 47;
    public static final int PR_GET_SPECULATION_CTRL = 52;
    public static final int PR_SET_SPECULATION_CTRL = 53;
    public static final int PR_SET_TAGGED_ADDR_CTRL = 55;
    public static final int PR_GET_TAGGED_ADDR_CTRL = 56;
    public static final int PR_SET_IO_FLUSHER = 57;
    public static final int PR_GET_IO_FLUSHER = 58;
    public static final int PR_SET_SYSCALL_USER_DISPATCH = 59;
    public static final int PR_SCHED_CORE = 62;
    public static final int PR_SET_MDWE = 65;
    public static final int PR_GET_MDWE = 66;
    public static final int PR_SET_MEMORY_MERGE = 67;
    public static final int PR_GET_MEMORY_MERGE = 68;
    public static final int PR_RISCV_V_SET_CONTROL = 69;
    public static final int PR_RISCV_V_GET_CONTROL = 70;
    public static final int PR_PPC_GET_DEXCR = 72;
    public static final int PR_PPC_SET_DEXCR = 73;
    public static final int PR_GET_SHADOW_STACK_STATUS = 74;
    public static final int PR_SET_SHADOW_STACK_STATUS = 75;
    public static final int PR_LOCK_SHADOW_STACK_STATUS = 76;
    public static final int PR_TIMER_CREATE_RESTORE_IDS = 77;
    public static final int PR_FUTEX_HASH = 78;
    public static final int PR_GET_AUXV = 1096112214;
    public static final int PR_SET_VMA = 1398164801;
    public static final int PR_SET_PTRACER = 1499557217;

    // Arguments

    public static final int PR_SET_MM_START_CODE = 1;
    public static final int PR_SET_MM_END_CODE = 2;
    public static final int PR_SET_MM_START_DATA = 3;
    public static final int PR_SET_MM_END_DATA = 4;
    public static final int PR_SET_MM_START_STACK = 5;
    public static final int PR_SET_MM_START_BRK = 6;
    public static final int PR_SET_MM_BRK = 7;
    public static final int PR_SET_MM_ARG_START = 8;
    public static final int PR_SET_MM_ARG_END = 9;
    public static final int PR_SET_MM_ENV_START = 10;
    public static final int PR_SET_MM_ENV_END = 11;
    public static final int PR_SET_MM_AUXV = 12;
    public static final int PR_SET_MM_EXE_FILE = 13;
    public static final int PR_SET_MM_MAP = 14;
    public static final int PR_SET_MM_MAP_SIZE = 15;

    public static final int PR_TIMING_STATISTICAL = 0;
    public static final int PR_SYS_DISPATCH_OFF = 0;
    public static final int PR_MCE_KILL_LATE = 0;
    public static final int PR_SPEC_STORE_BYPASS = 0;
    public static final int PR_SPEC_NOT_AFFECTED = 0;
    public static final int PR_SCHED_CORE_SCOPE_THREAD = 0;
    public static final int PR_MCE_KILL_CLEAR = 0;
    public static final int PR_SPEC_INDIRECT_BRANCH = 1;
    public static final int PR_MCE_KILL_SET = 1;
    public static final int PR_TSC_ENABLE = 1;
    public static final int PR_SYS_DISPATCH_ON = 1;
    public static final int PR_TIMING_TIMESTAMP = 1;
    public static final int PR_MCE_KILL_EARLY = 1;
    public static final int PR_SCHED_CORE_SCOPE_THREAD_GROUP = 1;
    public static final int PR_SPEC_PRCTL = 1;
    public static final int PR_CAP_AMBIENT_IS_SET = 1;
    public static final int PR_SCHED_CORE_SCOPE_PROCESS_GROUP = 2;
    public static final int PR_MCE_KILL_DEFAULT = 2;
    public static final int PR_CAP_AMBIENT_RAISE = 2;
    public static final int PR_SPEC_L1D_FLUSH = 2;
    public static final int PR_TSC_SIGSEGV = 2;
    public static final int PR_SPEC_ENABLE = 2;
    public static final int PR_CAP_AMBIENT_LOWER = 3;
    public static final int PR_SPEC_DISABLE = 4;
    public static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    public static final int PR_SPEC_FORCE_DISABLE = 8;
    public static final int PR_SPEC_DISABLE_NOEXEC = 16;
    public static final int PR_TASK_PERF_EVENTS_DISABLE = 31;
    public static final int PR_TASK_PERF_EVENTS_ENABLE = 32;
    public static final int PR_MCE_KILL = 33;
    public static final int PR_MCE_KILL_GET = 34;

    public static final int PR_SET_PTRACER_ANY = -1;

    // prctl(PR_SET_SECCOMP), seccomp(2)

    public static final int SECCOMP_MODE_DISABLED = 0;
    public static final int SECCOMP_SET_MODE_STRICT = 0;
    public static final int SECCOMP_SET_MODE_FILTER = 1;
    public static final int SECCOMP_MODE_STRICT = 1;
    public static final int SECCOMP_MODE_FILTER = 2;
    public static final int SECCOMP_GET_ACTION_AVAIL = 2;
    public static final int SECCOMP_GET_NOTIF_SIZES = 3;

    public static final int SECCOMP_RET_KILL = 0x0;
    public static final int SECCOMP_RET_KILL_THREAD = 0x0;
    public static final int SECCOMP_FILTER_FLAG_TSYNC = 0x1;
    public static final int SECCOMP_FILTER_FLAG_LOG = 0x2;
    public static final int SECCOMP_FILTER_FLAG_SPEC_ALLOW = 0x4;
    public static final int SECCOMP_FILTER_FLAG_NEW_LISTENER = 0x8;
    public static final int SECCOMP_FILTER_FLAG_TSYNC_ESRCH = 0x10;
    public static final int SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 0x20;
    public static final int SECCOMP_RET_DATA = 0xffff;
    public static final int SECCOMP_RET_TRAP = 0x30000;
    public static final int SECCOMP_RET_ERRNO = 0x50000;
    public static final int SECCOMP_RET_USER_NOTIF = 0x7fc00000;
    public static final int SECCOMP_RET_TRACE = 0x7ff00000;
    public static final int SECCOMP_RET_LOG = 0x7ffc0000;
    public static final int SECCOMP_RET_ACTION = 0x7fff0000;
    public static final int SECCOMP_RET_ALLOW = 0x7fff0000;
    public static final int SECCOMP_RET_KILL_PROCESS = 0x80000000;
    public static final int SECCOMP_RET_ACTION_FULL = 0xffff0000;

    // arch_prctl

    public static final int ARCH_XCOMP_TILECFG = 0x11;
    public static final int ARCH_XCOMP_TILEDATA = 0x12;
    public static final int ARCH_SET_GS = 0x1001;
    public static final int ARCH_SET_FS = 0x1002;
    public static final int ARCH_GET_FS = 0x1003;
    public static final int ARCH_GET_GS = 0x1004;
    public static final int ARCH_GET_CPUID = 0x1011;
    public static final int ARCH_SET_CPUID = 0x1012;
    public static final int ARCH_GET_XCOMP_SUPP = 0x1021;
    public static final int ARCH_GET_XCOMP_PERM = 0x1022;
    public static final int ARCH_REQ_XCOMP_PERM = 0x1023;
    public static final int ARCH_GET_XCOMP_GUEST_PERM = 0x1024;
    public static final int ARCH_REQ_XCOMP_GUEST_PERM = 0x1025;
    public static final int ARCH_MAP_VDSO_X32 = 0x2001;
    public static final int ARCH_MAP_VDSO_32 = 0x2002;
    public static final int ARCH_MAP_VDSO_64 = 0x2003;
    public static final int ARCH_GET_UNTAG_MASK = 0x4001;
    public static final int ARCH_ENABLE_TAGGED_ADDR = 0x4002;
    public static final int ARCH_GET_MAX_TAG_BITS = 0x4003;
    public static final int ARCH_FORCE_TAGGED_SVA = 0x4004;
    public static final int ARCH_SHSTK_ENABLE = 0x5001;
    public static final int ARCH_SHSTK_DISABLE = 0x5002;
    public static final int ARCH_SHSTK_LOCK = 0x5003;
    public static final int ARCH_SHSTK_UNLOCK = 0x5004;
    public static final int ARCH_SHSTK_STATUS = 0x5005;

    private Prctl() {}
}
