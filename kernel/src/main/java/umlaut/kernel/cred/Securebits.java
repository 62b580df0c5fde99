package umlaut.kernel.cred;

/** SECBIT_* of capabilities(7); each is followed by the bit that locks it. Linux: include/uapi/linux/securebits.h. */
final class Securebits {
    static final int NOROOT = 1;
    static final int NO_SETUID_FIXUP = 1 << 2;
    static final int KEEP_CAPS = 1 << 4;
    static final int KEEP_CAPS_LOCKED = 1 << 5;
    static final int NO_CAP_AMBIENT_RAISE = 1 << 6;
    static final int ALL = 0xfff;
    /** The lock bits. */
    static final int LOCKS = 0xaaa;

    private Securebits() {}
}
