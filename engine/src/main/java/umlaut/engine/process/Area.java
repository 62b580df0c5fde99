package umlaut.engine.process;

/**
 * Offsets in a thread's area, the 64 KiB it shares with the JVM. Guest code can write all of it at any time; the JVM must survive
 * whatever stands here. The first cache line is all that a plain system call moves between the two cores.
 */
final class Area {
    /** State word; see {@link State}. A futex. */
    static final int STATE = 0x00;
    /** Not 0: an interrupt came while the thread was in the stub. */
    static final int PENDING = 0x04;

    static final int RAX = 0x08;
    /**
     * In: the six arguments of a system call, which also stand with the other registers. Out, with {@link State#OUT}: the address that a result goes to, and,
     * with {@link State#INLINE}, the result itself.
     */
    static final int ARGUMENTS = 0x10, OUT_ADDRESS = ARGUMENTS, INLINE_DATA = ARGUMENTS + 8;

    static final int INLINE_SIZE = 40;
    /** The area's own address. */
    static final int SELF = 0x40;

    static final int RDI = 0x140, RSI = 0x148, RDX = 0x150, R10 = 0x158, R8 = 0x160, R9 = 0x168;
    static final int RCX = 0x48, R11 = 0x50, RBX = 0x58, RBP = 0x60, R12 = 0x68, R13 = 0x70, R14 = 0x78, R15 = 0x80;
    /** Five words as iretq wants them. */
    static final int RIP = 0x88, CS = 0x90, RFLAGS = 0x98, RSP = 0xa0, SS = 0xa8;

    static final int FS_BASE = 0xb0;
    /** Address of the stub's entry, for trampolines. */
    static final int ENTRY = 0xb8;
    /** How often to look for an answer before sleeping. Written by the JVM. */
    static final int POLLS = 0xc0;

    static final int ORDER_COUNT = 0xc4;
    static final int FAILED_ORDER = 0xc8;
    static final int TRAPS = 0xcc;
    /** Counts order lists run; the JVM waits for it where one must be over. */
    static final int ORDERS_DONE = 0xd0;
    /** Where the thread ran when it last went to sleep: the processor's number, in the low {@link #CPU_BITS} bits. */
    static final int CPU = 0xd4;

    static final int CPU_BITS = 12;

    /** Not 0: the stub answers no system call itself. See {@link umlaut.engine.UserThread#handOverAll}. */
    static final int HAND_OVER = 0xd8;

    /** A futex call that the JVM has the stub make: number and six arguments. */
    static final int FUTEX_CALL = 0x100;

    /** Has {@link State#FUTEX} set if the futex call interrupted last was that. */
    static final int FUTEX_AGAIN = 0xdc;

    /** A struct timespec for that call. */
    static final int FUTEX_TIMEOUT = 0x170;

    /** Windows of memory copied in: address, length (8 bytes each), and the data, of which the first bytes share their cache line. */
    static final int WINDOW = 0x1000, WINDOW_DATA = 16, WINDOW_SIZE = 0x1000, WINDOW_STRIDE = 0x1040;

    static final int WINDOWS = 3;

    /** What the fault handler left: the words of siginfo and sigcontext. */
    static final int FAULT_SIGNAL = 0x180,
            FAULT_CODE = 0x188,
            FAULT_ADDRESS = 0x190,
            FAULT_TRAPNO = 0x198,
            FAULT_ERR = 0x1a0,
            FAULT_CR2 = 0x1a8;

    /** A struct stack_t for sigaltstack, filled by the JVM. */
    static final int STACK_T = 0x1c0;

    /** Orders, {@link #MAX_ORDERS} of 64 bytes: number, six arguments, result. */
    static final int ORDER = 0x200;

    static final int MAX_ORDERS = 24;

    /** Results of system calls that the stub may give by itself, by {@link CopyTable#KEPT}; {@link #UNKNOWN} has it ask. */
    static final int KEPT = 0xf80;

    static final long UNKNOWN = -1;

    /** Addresses told by set_robust_list(2) and set_tid_address(2). */
    static final int ROBUST_LIST = 0xe0, CLEAR_CHILD_TID = 0xe8;

    /** Whether {@link StubPaths} may answer, and whether open(2), too. */
    static final int KNOWN_PATHS = 0xfd0, KNOWN_OPENS = 0xfd4;

    /** Signals that are known to have their default actions: {@link umlaut.engine.UserThread#keepDefaultActions}. */
    static final int DEFAULT_ACTIONS = 0xf0;

    /** Not 0: the thread has set {@link #FS_BASE} by itself. */
    static final int FS_SET = 0xf8;

    /** Whether the lease of {@link StubLease} is out. */
    static final int LEASE = 0x840;

    /** What guest code has done by itself, one word for a request to look at: how many changes have been noted, and, a byte each, whether the signal mask and actions are others. */
    static final int NOTES = 0x848, CHANGE_COUNT = NOTES, MASK_CHANGED = NOTES + 4, ACTIONS_CHANGED = NOTES + 5;

    /** The lease's bounds, as {@link umlaut.engine.MemoryLease} has them, the lowest place that its top has been at, and those of the heap. */
    static final int LEASE_LOW = 0x850,
            LEASE_TOP = 0x858,
            LEASE_END = 0x860,
            LEASE_HOLE = 0x868,
            LEASE_FROM = 0x870,
            LEASE_TO = 0x878,
            LEASE_LOWEST = 0x880,
            LEASE_HEAP = 0x888,
            LEASE_BRK = 0x890,
            LEASE_HEAP_END = 0x898;

    /** Changes noted, of 32 bytes: what with the protection from bit 8 on, address, length, nothing. */
    static final int CHANGE = 0x8c0;

    static final int CHANGE_SHIFT = 5;

    /** Whether the signal mask is lent ({@link StubSignals}), and the mask. */
    static final int LENT = 0xcc0, MASK = 0xcc8;

    /**
     * The signal frame that the stub may return from: its address or 0, the RIP in it and the one it stands for (of patched text), and the stack_t in it, which is the present alternate stack.
     */
    static final int FRAME = 0xcd0, FRAME_RIP = 0xcd8, FRAME_HOST_RIP = 0xce0, FRAME_STACK = 0xce8;

    /** The registers of such a frame, while it is being looked at. */
    static final int FRAME_REGISTERS = 0xd00;

    /** The signals of {@link #DEFAULT_ACTIONS} whose default action may be set once more, those for which that has been done, and the address that was given with it. */
    static final int SETTABLE_ACTIONS = 0xd90, SET_ACTIONS = 0xd98, SET_RESTORER = 0xda0;

    /** Whether the process's resource limits are known, and they are: soft and hard ones of each kind. */
    static final int LIMITS_KNOWN = 0xda8, LIMITS = 0xdc0;

    /** Whether the thread may make rseq(2), and what it has registered so. */
    static final int RSEQ_ALLOWED = 0xdac, RSEQ_ADDRESS = 0xec0, RSEQ_LENGTH = 0xec8, RSEQ_SIGNATURE = 0xed0;

    /** Random bytes, and how many of them have not been given out. */
    static final int RANDOM_LEFT = 0xed8, RANDOM = 0xee0, RANDOM_SIZE = umlaut.engine.OwnAnswers.RANDOM_SIZE;

    /** The file that the thread may read by itself ({@link umlaut.engine.FileLoan}): whether it is lent, its descriptor, where its first byte would lie, the position, and where the kernel's part begins. */
    static final int FILE_LENT = 0xf40, FILE_FD = 0xf44;

    static final int FILE_WINDOW = 0xf48, FILE_POSITION = 0xf50, FILE_END = 0xf58;

    /** Not 0: a copy from a window has faulted ({@link Order#COPY_WINDOW}). */
    static final int COPY_FAILED = 0x838;

    /** What is known of descriptors, by {@link umlaut.engine.KnownFiles}' kinds, and what has been transferred because of it. */
    static final int KNOWN_ZEROS = 0x800, KNOWN_END = 0x808, KNOWN_SINK = 0x810, KNOWN_COUNTERS = 0x818;

    static final int OUT_DATA = 0x4100;
    static final int OUT_SIZE = 0x2000;
    static final int XSAVE = 0x6140;
    static final int XSAVE_SIZE = 0x3000;
    static final int SIGNAL_STACK = 0x9200;
    static final int SIGNAL_STACK_SIZE = 0x6000;

    /** Where each {@link umlaut.engine.Reg} is, in their order. */
    static final int[] REGISTERS = {
        RAX, RBX, RCX, RDX, RSI, RDI, RBP, RSP, R8, R9, R10, R11, R12, R13, R14, R15, RIP, RFLAGS
    };

    private Area() {}
}
