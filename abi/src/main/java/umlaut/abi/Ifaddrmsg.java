package umlaut.abi;

/**
 * struct ifaddrmsg of RTM_NEWADDR and its kin.
 *
 * <p>Linux: {@code include/uapi/linux/if_addr.h}; man page: rtnetlink(7).
 */
public final class Ifaddrmsg {
    public static final int IFA_FAMILY = 0;
    public static final int IFA_PREFIXLEN = 1;
    public static final int IFA_FLAGS = 2;
    public static final int IFA_SCOPE = 3;
    public static final int IFA_INDEX = 4;

    /** Bytes in all. */
    public static final int SIZE = 8;

    private Ifaddrmsg() {}
}
