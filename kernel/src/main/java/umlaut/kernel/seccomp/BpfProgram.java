package umlaut.kernel.seccomp;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Prctl;
import umlaut.abi.SeccompData;
import umlaut.abi.SockFilter;

/**
 * A classic BPF program over struct seccomp_data, verified when it is made: every load is inside the data, every jump goes forward inside the program, and it ends in a return
 * (bpf_check_classic in net/core/filter.c, seccomp_check_filter in kernel/seccomp.c). Immutable.
 */
public final class BpfProgram {
    // Instruction classes and what stands in the other bits of a code (include/uapi/linux/bpf_common.h).
    private static final int LD = 0, LDX = 1, ST = 2, STX = 3, ALU = 4, JMP = 5, RET = 6, MISC = 7;
    private static final int IMM = 0x00, ABS = 0x20, MEM = 0x60, LEN = 0x80;
    private static final int ADD = 0x00, SUB = 0x10, MUL = 0x20, DIV = 0x30, OR = 0x40, AND = 0x50, LSH = 0x60;
    private static final int RSH = 0x70, NEG = 0x80, XOR = 0xa0;
    private static final int JA = 0x00, JEQ = 0x10, JGT = 0x20, JGE = 0x30, JSET = 0x40;
    private static final int FROM_X = 0x08, RET_A = 0x10, TXA = 0x80;
    private static final int SCRATCH_WORDS = 16;
    /** System calls that {@link #alwaysAllowed} knows. */
    private static final int NUMBERS = 512;

    private final int[] codes;
    private final int[] taken;
    private final int[] notTaken;
    private final int[] constants;

    private BpfProgram(int length) {
        codes = new int[length];
        taken = new int[length];
        notTaken = new int[length];
        constants = new int[length];
    }

    /**
     * Reads and verifies.
     *
     * @param raw an array of struct sock_filter
     * @throws umlaut.abi.ErrnoException EINVAL
     */
    static BpfProgram of(MemorySegment raw, int length) {
        BpfProgram program = new BpfProgram(length);
        for (int i = 0; i < length; i++) {
            long at = (long) i * SockFilter.SIZE;
            program.codes[i] = Le.getUnsignedShort(raw, at + SockFilter.CODE);
            program.taken[i] = Le.getUnsignedByte(raw, at + SockFilter.JT);
            program.notTaken[i] = Le.getUnsignedByte(raw, at + SockFilter.JF);
            program.constants[i] = Le.getInt(raw, at + SockFilter.K);
        }
        for (int i = 0; i < length; i++) {
            if (!program.valid(i)) {
                throw Errno.EINVAL.exception();
            }
        }
        if ((program.codes[length - 1] & 7) != RET || !program.loadsOnlyWhatIsStored()) {
            throw Errno.EINVAL.exception();
        }
        return program;
    }

    /** An array of struct sock_filter, as it was given. */
    public byte[] raw() {
        byte[] out = new byte[codes.length * SockFilter.SIZE];
        MemorySegment m = MemorySegment.ofArray(out);
        for (int i = 0; i < codes.length; i++) {
            long at = (long) i * SockFilter.SIZE;
            Le.putShort(m, at + SockFilter.CODE, codes[i]);
            Le.putByte(m, at + SockFilter.JT, (byte) taken[i]);
            Le.putByte(m, at + SockFilter.JF, (byte) notTaken[i]);
            Le.putInt(m, at + SockFilter.K, constants[i]);
        }
        return out;
    }

    /** Instructions. */
    public int length() {
        return codes.length;
    }

    private boolean valid(int i) {
        int code = codes[i];
        int k = constants[i];
        boolean scratch = k >= 0 && k < SCRATCH_WORDS;
        return switch (code & 7) {
            case LD ->
                code == (LD | ABS)
                        ? k >= 0 && k < SeccompData.SIZE && (k & 3) == 0
                        : code == (LD | IMM) || code == (LD | LEN) || code == (LD | MEM) && scratch;
            case LDX -> code == (LDX | IMM) || code == (LDX | LEN) || code == (LDX | MEM) && scratch;
            case ST -> code == ST && scratch;
            case STX -> code == STX && scratch;
            case ALU -> validArithmetic(code, k);
            case JMP -> validJump(i, code, k);
            case RET -> code == RET || code == (RET | RET_A);
            default -> code == MISC || code == (MISC | TXA);
        };
    }

    /** No word of the scratch memory is loaded before it was stored, on whatever way (check_load_and_stores). */
    private boolean loadsOnlyWhatIsStored() {
        int[] masks = new int[codes.length];
        Arrays.fill(masks, -1);
        int stored = 0;
        for (int pc = 0; pc < codes.length; pc++) {
            stored &= masks[pc];
            int k = constants[pc];
            switch (codes[pc] & 7) {
                case ST, STX -> stored |= 1 << k;
                case LD, LDX -> {
                    if ((codes[pc] & 0xe0) == MEM && (stored & 1 << k) == 0) {
                        return false;
                    }
                }
                case JMP -> {
                    boolean always = (codes[pc] & 0xf0) == JA;
                    masks[pc + 1 + (always ? k : taken[pc])] &= stored;
                    masks[pc + 1 + (always ? k : notTaken[pc])] &= stored;
                    stored = -1;
                }
                default -> {}
            }
        }
        return true;
    }

    private static boolean validArithmetic(int code, int k) {
        boolean constant = (code & FROM_X) == 0;
        return switch (code & 0xf0) {
            case ADD, SUB, MUL, AND, OR, XOR -> true;
            case DIV -> !constant || k != 0;
            case LSH, RSH -> !constant || k >= 0 && k < Integer.SIZE;
            case NEG -> constant;
            default -> false;
        };
    }

    private boolean validJump(int i, int code, int k) {
        int after = codes.length - i - 1;
        return switch (code & 0xf0) {
            case JA -> code == JMP && k >= 0 && k < after;
            case JEQ, JGT, JGE, JSET -> taken[i] < after && notTaken[i] < after;
            default -> false;
        };
    }

    /** Runs it over a call. @return SECCOMP_RET_* with its data */
    int run(SeccompCall call) {
        int a = 0;
        int x = 0;
        int[] scratch = null;
        for (int pc = 0; ; pc++) {
            int code = codes[pc];
            int k = constants[pc];
            switch (code & 7) {
                case LD ->
                    a = switch (code & 0xe0) {
                        case ABS -> call.word(k);
                        case LEN -> SeccompData.SIZE;
                        case MEM -> scratch == null ? 0 : scratch[k];
                        default -> k;
                    };
                case LDX ->
                    x = switch (code & 0xe0) {
                        case LEN -> SeccompData.SIZE;
                        case MEM -> scratch == null ? 0 : scratch[k];
                        default -> k;
                    };
                case ST, STX -> {
                    scratch = scratch == null ? new int[SCRATCH_WORDS] : scratch;
                    scratch[k] = (code & 7) == ST ? a : x;
                }
                case ALU -> {
                    int operand = (code & FROM_X) != 0 ? x : k;
                    if ((code & 0xf0) == DIV && operand == 0) {
                        return 0;
                    }
                    a = arithmetic(code & 0xf0, a, operand);
                }
                case JMP -> {
                    if ((code & 0xf0) == JA) {
                        pc += k;
                    } else {
                        pc += holds(code & 0xf0, a, (code & FROM_X) != 0 ? x : k) ? taken[pc] : notTaken[pc];
                    }
                }
                case RET -> {
                    return code == RET ? k : a;
                }
                default -> {
                    if (code == MISC) {
                        x = a;
                    } else {
                        a = x;
                    }
                }
            }
        }
    }

    /** The calls, by number, that it allows whatever else the data hold: a bit each (Linux: seccomp_is_const_allow). */
    long[] alwaysAllowed() {
        long[] bits = new long[NUMBERS / Long.SIZE];
        for (int nr = 0; nr < NUMBERS; nr++) {
            if (allowsAlways(nr)) {
                bits[nr >> 6] |= 1L << nr;
            }
        }
        return bits;
    }

    private boolean allowsAlways(int nr) {
        int a = 0;
        for (int pc = 0; ; pc++) {
            int code = codes[pc];
            int k = constants[pc];
            if (code == (LD | ABS) && k == SeccompData.NR) {
                a = nr;
            } else if (code == (LD | ABS) && k == SeccompData.ARCH) {
                a = SeccompData.AUDIT_ARCH_X86_64;
            } else if (code == RET) {
                return k == Prctl.SECCOMP_RET_ALLOW;
            } else if (code == (JMP | JA)) {
                pc += k;
            } else if ((code & 7) == JMP && (code & FROM_X) == 0) {
                pc += holds(code & 0xf0, a, k) ? taken[pc] : notTaken[pc];
            } else if (code == (ALU | AND)) {
                a &= k;
            } else {
                return false;
            }
        }
    }

    private static int arithmetic(int operation, int a, int operand) {
        return switch (operation) {
            case ADD -> a + operand;
            case SUB -> a - operand;
            case MUL -> a * operand;
            case DIV -> Integer.divideUnsigned(a, operand);
            case OR -> a | operand;
            case AND -> a & operand;
            case LSH -> a << operand;
            case RSH -> a >>> operand;
            case XOR -> a ^ operand;
            default -> -a;
        };
    }

    private static boolean holds(int comparison, int a, int operand) {
        return switch (comparison) {
            case JEQ -> a == operand;
            case JGT -> Integer.compareUnsigned(a, operand) > 0;
            case JGE -> Integer.compareUnsigned(a, operand) >= 0;
            default -> (a & operand) != 0;
        };
    }
}
