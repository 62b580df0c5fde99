package umlaut.abi;

/**
 * struct ucred: who is at the other end of a unix socket.
 *
 * <p>Linux: {@code include/linux/socket.h}; man page: unix(7).
 */
public final class Ucred {
    public static final int PID = 0;
    public static final int UID = 4;
    public static final int GID = 8;

    /** Bytes in all. */
    public static final int SIZE = 12;

    private Ucred() {}
}
