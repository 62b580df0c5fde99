package umlaut.abi;

/**
 * Elf64_Dyn: an entry of the dynamic section.
 *
 * <p>Linux: {@code include/uapi/linux/elf.h}; man page: elf(5).
 */
public final class ElfDyn {
    public static final int D_TAG = 0;
    public static final int D_VAL = 8;

    /** Bytes in all. */
    public static final int SIZE = 16;

    // d_tag
    public static final int DT_NULL = 0;
    public static final int DT_NEEDED = 1;
    public static final int DT_HASH = 4;
    public static final int DT_STRTAB = 5;
    public static final int DT_SYMTAB = 6;
    public static final int DT_STRSZ = 10;
    public static final int DT_SYMENT = 11;
    public static final int DT_SONAME = 14;
    public static final int DT_GNU_HASH = 0x6ffffef5;
    public static final int DT_VERSYM = 0x6ffffff0;
    public static final int DT_FLAGS_1 = 0x6ffffffb;

    private ElfDyn() {}
}
