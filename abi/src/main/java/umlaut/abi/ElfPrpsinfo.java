package umlaut.abi;

/**
 * struct elf_prpsinfo: the process in a core file.
 *
 * <p>Linux: {@code include/uapi/linux/elfcore.h}; man page: core(5).
 */
public final class ElfPrpsinfo {
    public static final int PR_STATE = 0;
    public static final int PR_SNAME = 1;
    public static final int PR_ZOMB = 2;
    public static final int PR_NICE = 3;
    public static final int PR_FLAG = 8;
    public static final int PR_UID = 16;
    public static final int PR_GID = 20;
    public static final int PR_PID = 24;
    public static final int PR_PPID = 28;
    public static final int PR_PGRP = 32;
    public static final int PR_SID = 36;
    public static final int PR_FNAME = 40;
    public static final int PR_PSARGS = 56;

    /** Bytes in all. */
    public static final int SIZE = 136;

    public static final int FNAME_SIZE = 16;
    public static final int PSARGS_SIZE = 80;

    private ElfPrpsinfo() {}
}
