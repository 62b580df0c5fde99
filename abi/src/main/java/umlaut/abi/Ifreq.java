package umlaut.abi;

/**
 * struct ifreq: a network device's name and a union of 24 bytes; struct ifconf.
 *
 * <p>Linux: {@code include/uapi/linux/if.h}; man page: netdevice(7).
 */
public final class Ifreq {
    public static final int IFR_NAME = 0;
    public static final int IFR_UNION = 16;

    /** Bytes in all. */
    public static final int SIZE = 40;

    /** Bytes of a name, its NUL included. */
    public static final int IFNAMSIZ = 16;

    /** Offsets in struct ifconf: buffer length (int), its address. */
    public static final int IFC_LEN = 0;

    public static final int IFC_BUF = 8;
    public static final int IFC_SIZE = 16;

    private Ifreq() {}
}
