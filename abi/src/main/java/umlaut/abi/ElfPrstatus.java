package umlaut.abi;

/**
 * struct elf_prstatus: a thread in a core file. Registers are {@link UserRegs}, times {@link Timeval}.
 *
 * <p>Linux: {@code include/uapi/linux/elfcore.h}; man page: core(5).
 */
public final class ElfPrstatus {
    public static final int PR_SIGNO = 0;
    public static final int PR_CODE = 4;
    public static final int PR_ERRNO = 8;
    public static final int PR_CURSIG = 12;
    public static final int PR_SIGPEND = 16;
    public static final int PR_SIGHOLD = 24;
    public static final int PR_PID = 32;
    public static final int PR_PPID = 36;
    public static final int PR_PGRP = 40;
    public static final int PR_SID = 44;
    public static final int PR_UTIME = 48;
    public static final int PR_STIME = 64;
    public static final int PR_CUTIME = 80;
    public static final int PR_CSTIME = 96;
    public static final int PR_REG = 112;
    public static final int PR_FPVALID = 328;

    /** Bytes in all. */
    public static final int SIZE = 336;

    private ElfPrstatus() {}
}
