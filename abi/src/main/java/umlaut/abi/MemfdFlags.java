package umlaut.abi;

/**
 * Flags of memfd_create(2) and memfd_secret(2).
 *
 * <p>Linux: {@code include/uapi/linux/memfd.h}.
 */
public final class MemfdFlags {
    public static final int MFD_CLOEXEC = 0x1;
    public static final int MFD_ALLOW_SEALING = 0x2;
    public static final int MFD_HUGETLB = 0x4;
    public static final int MFD_NOEXEC_SEAL = 0x8;
    public static final int MFD_EXEC = 0x10;
    public static final int MFD_HUGE_SHIFT = 0x1a;
    public static final int MFD_HUGE_MASK = 0x3f;

    // Longest name, in bytes

    public static final int MFD_NAME_MAX_LEN = 249;

    private MemfdFlags() {}
}
