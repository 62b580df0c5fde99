package umlaut.net.packet;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ThreadLocalRandom;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.SockFilter;
import umlaut.net.core.Be;

/**
 * A classic BPF program that says how much of a frame a socket wants (SO_ATTACH_FILTER in socket(7); net/core/filter.c). Verified when it is made: jumps go forward and stay inside, scratch words
 * exist, the last instruction returns. A load outside of the frame ends it with 0. Immutable.
 */
final class SocketFilter {
    private static final int MOST = 4096, SCRATCH = 16;
    private static final int LD = 0, LDX = 1, ST = 2, STX = 3, ALU = 4, JMP = 5, RET = 6;
    private static final int WORD = 0x00, HALF = 0x08, BYTE = 0x10;
    private static final int IMM = 0x00, ABS = 0x20, IND = 0x40, MEM = 0x60, LEN = 0x80, MSH = 0xa0;
    private static final int FROM_X = 0x08, RET_A = 0x10, TXA = 0x80;
    /** Where loads of what is beside the bytes, of the network header and of the link header begin (SKF_AD_OFF, SKF_NET_OFF, SKF_LL_OFF). */
    private static final int BESIDE = -0x1000, NETWORK = -0x10_0000, LINK = -0x20_0000;

    private static final int PROTOCOL = 0, TYPE = 4, INDEX = 8, HATYPE = 28, RANDOM = 56, MOST_BESIDE = 64;

    /** What a program can ask of a frame: its bytes, where its network header is, and what is beside them. */
    record Subject(byte[] bytes, int network, int protocol, int packetType, int index, int deviceType) {}

    private final int[] codes;
    private final int[] taken;
    private final int[] notTaken;
    private final int[] constants;

    /** @param raw an array of struct sock_filter @throws umlaut.abi.ErrnoException EINVAL */
    SocketFilter(MemorySegment raw, int length) {
        codes = new int[length];
        taken = new int[length];
        notTaken = new int[length];
        constants = new int[length];
        for (int i = 0; i < length; i++) {
            long at = (long) i * SockFilter.SIZE;
            codes[i] = Le.getUnsignedShort(raw, at + SockFilter.CODE);
            taken[i] = Le.getUnsignedByte(raw, at + SockFilter.JT);
            notTaken[i] = Le.getUnsignedByte(raw, at + SockFilter.JF);
            constants[i] = Le.getInt(raw, at + SockFilter.K);
            if (!valid(i, length)) {
                throw Errno.EINVAL.exception();
            }
        }
        if ((codes[length - 1] & 7) != RET) {
            throw Errno.EINVAL.exception();
        }
    }

    /** @throws umlaut.abi.ErrnoException EINVAL: a program cannot have so many instructions */
    static int checkLength(int length) {
        if (length < 1 || length > MOST) {
            throw Errno.EINVAL.exception();
        }
        return length;
    }

    private boolean valid(int i, int length) {
        int code = codes[i];
        int k = constants[i];
        return switch (code & 7) {
            case LD ->
                switch (code & 0xe0) {
                    case IMM, LEN -> true;
                    case ABS, IND -> (code & 0x18) != 0x18 && (k >= 0 || (code & 0xe0) == IND || known(k));
                    case MEM -> k >= 0 && k < SCRATCH;
                    default -> false;
                };
            case LDX ->
                switch (code & 0xe0) {
                    case IMM, LEN -> true;
                    case MSH -> (code & 0x18) == BYTE;
                    case MEM -> k >= 0 && k < SCRATCH;
                    default -> false;
                };
            case ST, STX -> k >= 0 && k < SCRATCH;
            case ALU -> {
                int op = code & 0xf0;
                boolean byConstant = (code & FROM_X) == 0;
                boolean divides = op == 0x30 || op == 0x90;
                boolean shifts = op == 0x60 || op == 0x70;
                yield op <= 0xa0 && !(byConstant && (divides && k == 0 || shifts && (k < 0 || k > 31)));
            }
            case JMP ->
                (code & 0xf0) == 0
                        ? k >= 0 && k < length - i - 1
                        : (code & 0xf0) <= 0x40 && i + 1 + Math.max(taken[i], notTaken[i]) < length;
            case RET -> true;
            default -> (code & 0xf8) == 0 || (code & 0xf8) == TXA;
        };
    }

    private static boolean known(int k) {
        return k < BESIDE || k - BESIDE < MOST_BESIDE;
    }

    /** @return bytes that are wanted, unsigned; 0 = none, the frame is not */
    long run(Subject s) {
        int a = 0;
        int x = 0;
        int[] scratch = new int[SCRATCH];
        for (int i = 0; ; i++) {
            int code = codes[i];
            int k = constants[i];
            switch (code & 7) {
                case LD, LDX -> {
                    long value = load(s, code, k, x, scratch);
                    if (value < 0) {
                        return 0;
                    }
                    if ((code & 7) == LD) {
                        a = (int) value;
                    } else {
                        x = (int) value;
                    }
                }
                case ST -> scratch[k] = a;
                case STX -> scratch[k] = x;
                case ALU -> {
                    int by = (code & FROM_X) != 0 ? x : k;
                    int op = code & 0xf0;
                    if (by == 0 && (op == 0x30 || op == 0x90)) {
                        return 0;
                    }
                    a = calculate(op, a, by);
                }
                case JMP -> i += jump(code, a, (code & FROM_X) != 0 ? x : k, i);
                case RET -> {
                    return ((code & 0x18) == RET_A ? a : k) & 0xffff_ffffL;
                }
                default -> {
                    if ((code & 0xf8) == TXA) {
                        a = x;
                    } else {
                        x = a;
                    }
                }
            }
        }
    }

    private static int calculate(int op, int a, int by) {
        return switch (op) {
            case 0x00 -> a + by;
            case 0x10 -> a - by;
            case 0x20 -> a * by;
            case 0x30 -> Integer.divideUnsigned(a, by);
            case 0x40 -> a | by;
            case 0x50 -> a & by;
            case 0x60 -> a << by;
            case 0x70 -> a >>> by;
            case 0x80 -> -a;
            case 0x90 -> Integer.remainderUnsigned(a, by);
            default -> a ^ by;
        };
    }

    private int jump(int code, int a, int by, int i) {
        boolean holds = switch (code & 0xf0) {
            case 0x00 -> true;
            case 0x10 -> a == by;
            case 0x20 -> Integer.compareUnsigned(a, by) > 0;
            case 0x30 -> Integer.compareUnsigned(a, by) >= 0;
            default -> (a & by) != 0;
        };
        return (code & 0xf0) == 0 ? constants[i] : holds ? taken[i] : notTaken[i];
    }

    /** @return the number, unsigned; -1: it is not there */
    private static long load(Subject s, int code, int k, int x, int[] scratch) {
        return switch (code & 0xe0) {
            case IMM -> k & 0xffff_ffffL;
            case LEN -> s.bytes.length;
            case MEM -> scratch[k] & 0xffff_ffffL;
            case ABS -> at(s, k, code & 0x18);
            case IND -> at(s, k + x, code & 0x18);
            default -> {
                long head = at(s, k, BYTE);
                yield head < 0 ? -1 : (head & 15) << 2;
            }
        };
    }

    private static long at(Subject s, int offset, int size) {
        int place = offset;
        if (offset < 0) {
            if (offset >= BESIDE) {
                return beside(s, offset - BESIDE);
            }
            place = offset >= NETWORK ? s.network + offset - NETWORK : offset - LINK;
        }
        int bytes = size == WORD ? 4 : size == HALF ? 2 : 1;
        if (place < 0 || place > s.bytes.length - bytes) {
            return -1;
        }
        return switch (bytes) {
            case 4 -> Be.i32(s.bytes, place) & 0xffff_ffffL;
            case 2 -> Be.u16(s.bytes, place);
            default -> s.bytes[place] & 0xff;
        };
    }

    private static long beside(Subject s, int what) {
        return switch (what) {
            case PROTOCOL -> s.protocol;
            case TYPE -> s.packetType;
            case INDEX -> s.index;
            case HATYPE -> s.deviceType;
            case RANDOM -> ThreadLocalRandom.current().nextInt() & 0xffff_ffffL;
            default -> 0;
        };
    }
}
