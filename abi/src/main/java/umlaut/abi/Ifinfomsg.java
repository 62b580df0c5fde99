package umlaut.abi;

/**
 * struct ifinfomsg of RTM_NEWLINK and its kin.
 *
 * <p>Linux: {@code include/uapi/linux/rtnetlink.h}; man page: rtnetlink(7).
 */
public final class Ifinfomsg {
    public static final int IFI_FAMILY = 0;
    public static final int IFI_TYPE = 2;
    public static final int IFI_INDEX = 4;
    public static final int IFI_FLAGS = 8;
    public static final int IFI_CHANGE = 12;

    /** Bytes in all. */
    public static final int SIZE = 16;

    private Ifinfomsg() {}
}
