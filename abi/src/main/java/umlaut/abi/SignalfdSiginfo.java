package umlaut.abi;

/**
 * struct signalfd_siginfo: what read(2) gives of a signalfd.
 *
 * <p>Linux: {@code include/uapi/linux/signalfd.h}; man page: signalfd(2).
 */
public final class SignalfdSiginfo {
    public static final int SSI_SIGNO = 0;
    public static final int SSI_ERRNO = 4;
    public static final int SSI_CODE = 8;
    public static final int SSI_PID = 12;
    public static final int SSI_UID = 16;
    public static final int SSI_FD = 20;
    public static final int SSI_TID = 24;
    public static final int SSI_BAND = 28;
    public static final int SSI_OVERRUN = 32;
    public static final int SSI_TRAPNO = 36;
    public static final int SSI_STATUS = 40;
    public static final int SSI_INT = 44;
    public static final int SSI_PTR = 48;
    public static final int SSI_UTIME = 56;
    public static final int SSI_STIME = 64;
    public static final int SSI_ADDR = 72;
    public static final int SSI_ADDR_LSB = 80;
    public static final int SSI_SYSCALL = 84;
    public static final int SSI_CALL_ADDR = 88;
    public static final int SSI_ARCH = 96;

    /** Bytes in all. */
    public static final int SIZE = 128;

    private SignalfdSiginfo() {}
}
