package umlaut.abi;

/**
 * Elf64_Shdr: a section of an ELF file; and Elf64_Sym.
 *
 * <p>Linux: {@code include/uapi/linux/elf.h}; man page: elf(5).
 */
public final class ElfShdr {
    public static final int SH_NAME = 0;
    public static final int SH_TYPE = 4;
    public static final int SH_FLAGS = 8;
    public static final int SH_ADDR = 16;
    public static final int SH_OFFSET = 24;
    public static final int SH_SIZE = 32;
    public static final int SH_LINK = 40;
    public static final int SH_INFO = 44;
    public static final int SH_ADDRALIGN = 48;
    public static final int SH_ENTSIZE = 56;

    /** Bytes in all. */
    public static final int SIZE = 64;

    // sh_type
    public static final int SHT_SYMTAB = 2;
    public static final int SHT_STRTAB = 3;
    public static final int SHT_DYNSYM = 11;

    /** Offsets in Elf64_Sym. */
    public static final int ST_NAME = 0;

    public static final int ST_INFO = 4;
    public static final int ST_OTHER = 5;
    public static final int ST_SHNDX = 6;
    public static final int ST_VALUE = 8;
    public static final int ST_SIZE = 16;
    public static final int SYM_SIZE = 24;

    private ElfShdr() {}
}
