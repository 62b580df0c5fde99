package umlaut.engine.patch;

/**
 * Length of x86-64 instructions in 64-bit mode: just enough decoding to find where instructions begin. See Intel's manual, volume 2, appendix A
 * (opcode maps).
 */
final class InstructionLength {
    /**
     * What follows each opcode of the first map: '.' nothing, 'm' ModRM, a digit that many bytes, 'z' 4 or 2 bytes, '?' no instruction; the rest as
     * in {@link #one}.
     */
    private static final String ONE = "mmmm1z??mmmm1z??" // 00
            + "mmmm1z??mmmm1z??" // 10
            + "mmmm1z??mmmm1z??" // 20
            + "mmmm1z??mmmm1z??" // 30
            + "????????????????" // 40
            + "................" // 50
            + "???m????zZ1n...." // 60
            + "1111111111111111" // 70
            + "nZ?nmmmmmmmmmmmm" // 80
            + "..........?....." // 90
            + "oooo....1z......" // a0
            + "11111111vvvvvvvv" // b0
            + "nn2.??nZ3.2..1?." // c0
            + "mmmm???.mmmmmmmm" // d0
            + "1111111144?1...." // e0
            + "?.??..gG......mm"; // f0

    private InstructionLength() {}

    /** @return bytes of the instruction at {@code at}, or -1 if it is none or runs past {@code end} */
    static int of(byte[] code, int at, int end) {
        int p = at;
        boolean small = false;
        for (; p < end; p++) {
            int b = code[p] & 0xff;
            if (b == 0x66) {
                small = true;
            } else if (b != 0xf2 && b != 0xf3 && b != 0x2e && b != 0x36 && b != 0x3e && b != 0x26 && b != 0x64
                    && b != 0x65 && b != 0x67 && b != 0xf0) {
                break;
            }
        }
        boolean wide = false;
        if (p < end && (code[p] & 0xf0) == 0x40) {
            wide = (code[p] & 8) != 0;
            p++;
        }
        if (p >= end) {
            return -1;
        }
        int length = opcode(code, p, end, small && !wide, wide);
        return length < 0 || p + length > end || p + length - at > 15 ? -1 : p + length - at;
    }

    /** Length from the opcode on. */
    private static int opcode(byte[] code, int p, int end, boolean small, boolean wide) {
        int op = code[p] & 0xff;
        if (op == 0x0f) {
            return p + 1 < end ? two(code, p, end, small) : -1;
        }
        if (op == 0xc5) {
            return vex(code, p, p + 2, end, 1);
        }
        if (op == 0xc4) {
            return p + 1 < end ? vex(code, p, p + 3, end, code[p + 1] & 31) : -1;
        }
        if (op == 0x62) {
            return p + 1 < end ? vex(code, p, p + 4, end, code[p + 1] & 7) : -1;
        }
        return one(code, p, end, small, wide);
    }

    private static char kind(int op) {
        return ONE.charAt(op);
    }

    private static int one(byte[] code, int p, int end, boolean small, boolean wide) {
        int op = code[p] & 0xff;
        int z = small ? 2 : 4;
        return switch (kind(op)) {
            case '.' -> 1;
            case '1' -> 2;
            case '2' -> 3;
            case '3' -> 4;
            case '4' -> 5;
            case 'z' -> 1 + z;
            case 'v' -> 1 + (wide ? 8 : z);
            case 'o' -> 9;
            case 'm' -> modrm(code, p + 1, end, 1);
            case 'n' -> modrm(code, p + 1, end, 2);
            case 'Z' -> modrm(code, p + 1, end, 1 + z);
            case 'g' -> modrm(code, p + 1, end, p + 1 < end && (code[p + 1] & 0x30) == 0 ? 2 : 1);
            case 'G' -> modrm(code, p + 1, end, p + 1 < end && (code[p + 1] & 0x30) == 0 ? 1 + z : 1);
            default -> -1;
        };
    }

    private static int two(byte[] code, int p, int end, boolean small) {
        int op = code[p + 1] & 0xff;
        if (op == 0x38) {
            return modrm(code, p + 3, end, 3);
        }
        if (op == 0x3a) {
            return modrm(code, p + 3, end, 4);
        }
        if (op >= 0x80 && op <= 0x8f) {
            return 6;
        }
        if (op >= 0x05 && op <= 0x09
                || op == 0x0b
                || op == 0x0e
                || op >= 0x30 && op <= 0x37
                || op == 0x77
                || op >= 0xc8 && op <= 0xcf) {
            return 2;
        }
        if (op >= 0xa0 && op <= 0xa2 || op >= 0xa8 && op <= 0xaa) {
            return 2;
        }
        if (op == 0x04 || op == 0x0a || op == 0x0c || op == 0x24 || op == 0x25 || op == 0x26 || op == 0x27) {
            return -1;
        }
        return modrm(code, p + 2, end, immediateInMapTwo(op) ? 3 : 2);
    }

    private static boolean immediateInMapTwo(int op) {
        return op >= 0x70 && op <= 0x73
                || op == 0xa4
                || op == 0xac
                || op == 0xba
                || op == 0xc2
                || op >= 0xc4 && op <= 0xc6;
    }

    private static int vex(byte[] code, int p, int opcode, int end, int map) {
        if (opcode >= end) {
            return -1;
        }
        int op = code[opcode] & 0xff;
        int before = opcode + 1 - p;
        return switch (map) {
            case 1 -> op == 0x77 ? before : modrm(code, opcode + 1, end, before + (immediateInMapTwo(op) ? 1 : 0));
            case 2, 5, 6 -> modrm(code, opcode + 1, end, before);
            case 3 -> modrm(code, opcode + 1, end, before + 1);
            default -> -1;
        };
    }

    /** @param others bytes of the instruction besides ModRM, SIB and displacement */
    private static int modrm(byte[] code, int p, int end, int others) {
        if (p >= end) {
            return -1;
        }
        int mod = code[p] >> 6 & 3;
        int rm = code[p] & 7;
        int length = others + 1;
        if (mod == 3) {
            return length;
        }
        if (rm == 4) {
            length++;
            if (mod == 0 && p + 1 < end && (code[p + 1] & 7) == 5) {
                length += 4;
            }
        } else if (mod == 0 && rm == 5) {
            length += 4;
        }
        return length + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
    }
}
