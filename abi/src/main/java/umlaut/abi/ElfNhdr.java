package umlaut.abi;

/**
 * Elf64_Nhdr: the head of a note; name and contents follow, each padded to 4 bytes.
 *
 * <p>Linux: {@code include/uapi/linux/elf.h}; man page: elf(5), core(5).
 */
public final class ElfNhdr {
    public static final int N_NAMESZ = 0;
    public static final int N_DESCSZ = 4;
    public static final int N_TYPE = 8;

    /** Bytes in all. */
    public static final int SIZE = 12;

    // n_type in core files, name "CORE" or "LINUX"
    public static final int NT_PRSTATUS = 1;
    public static final int NT_PRFPREG = 2;
    public static final int NT_PRPSINFO = 3;
    public static final int NT_AUXV = 6;
    public static final int NT_X86_XSTATE = 0x202;
    public static final int NT_SIGINFO = 0x53494749;
    public static final int NT_FILE = 0x46494c45;

    // n_type in executables, name "GNU"
    public static final int NT_GNU_ABI_TAG = 1;
    public static final int NT_GNU_BUILD_ID = 3;
    public static final int NT_GNU_PROPERTY_TYPE_0 = 5;

    private ElfNhdr() {}
}
