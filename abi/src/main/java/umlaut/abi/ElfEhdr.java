package umlaut.abi;

/**
 * Elf64_Ehdr: the head of an ELF file, and its constants.
 *
 * <p>Linux: {@code include/uapi/linux/elf.h}; man page: elf(5).
 */
public final class ElfEhdr {
    public static final int E_IDENT = 0;
    public static final int E_TYPE = 16;
    public static final int E_MACHINE = 18;
    public static final int E_VERSION = 20;
    public static final int E_ENTRY = 24;
    public static final int E_PHOFF = 32;
    public static final int E_SHOFF = 40;
    public static final int E_FLAGS = 48;
    public static final int E_EHSIZE = 52;
    public static final int E_PHENTSIZE = 54;
    public static final int E_PHNUM = 56;
    public static final int E_SHENTSIZE = 58;
    public static final int E_SHNUM = 60;
    public static final int E_SHSTRNDX = 62;

    /** Bytes in all. */
    public static final int SIZE = 64;

    /** The first four bytes, as a little-endian int. */
    public static final int ELFMAG = 0x464c457f;

    // Indices into e_ident, and values there
    public static final int EI_CLASS = 4;
    public static final int EI_DATA = 5;
    public static final int EI_VERSION = 6;
    public static final int EI_OSABI = 7;
    public static final int ELFCLASS32 = 1;
    public static final int ELFCLASS64 = 2;
    public static final int ELFDATA2LSB = 1;
    public static final int EV_CURRENT = 1;

    // e_type
    public static final int ET_REL = 1;
    public static final int ET_EXEC = 2;
    public static final int ET_DYN = 3;
    public static final int ET_CORE = 4;

    // e_machine
    public static final int EM_386 = 3;
    public static final int EM_X86_64 = 62;

    /** e_phnum when the number is in the first section header's sh_info. */
    public static final int PN_XNUM = 0xffff;

    private ElfEhdr() {}
}
