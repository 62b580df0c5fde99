package umlaut.engine;

/** Indices of the general registers in {@link UserThread#reg(int)}; the order is ours. */
public final class Reg {
    public static final int RAX = 0, RBX = 1, RCX = 2, RDX = 3, RSI = 4, RDI = 5, RBP = 6, RSP = 7;
    public static final int R8 = 8, R9 = 9, R10 = 10, R11 = 11, R12 = 12, R13 = 13, R14 = 14, R15 = 15;
    public static final int RIP = 16, RFLAGS = 17, FS_BASE = 18, GS_BASE = 19;
    public static final int COUNT = 20;

    private Reg() {}
}
