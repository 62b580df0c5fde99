package umlaut.abi;

/**
 * struct sigevent: how a timer or message queue notifies.
 *
 * <p>Linux: {@code include/uapi/asm-generic/siginfo.h}; man page: sigevent(3type).
 */
public final class Sigevent {
    public static final int SIGEV_VALUE = 0;
    public static final int SIGEV_SIGNO = 8;
    public static final int SIGEV_NOTIFY = 12;
    public static final int SIGEV_TID = 16;

    /** Bytes in all. */
    public static final int SIZE = 64;

    private Sigevent() {}
}
