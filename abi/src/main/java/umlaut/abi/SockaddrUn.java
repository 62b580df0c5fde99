package umlaut.abi;

/**
 * struct sockaddr_un.
 *
 * <p>Linux: {@code include/uapi/linux/un.h}; man page: unix(7).
 */
public final class SockaddrUn {
    public static final int SUN_FAMILY = 0;
    public static final int SUN_PATH = 2;

    /** Bytes in all. */
    public static final int SIZE = 110;

    /** Room for the path, in bytes. */
    public static final int PATH_SIZE = 108;

    private SockaddrUn() {}
}
