package umlaut.abi;

/**
 * struct mnt_id_req of statmount(2) and listmount(2), new in Linux 6.8.
 *
 * <p>Linux: {@code include/uapi/linux/mount.h}; man page: statmount(2).
 */
public final class MntIdReq {
    public static final int SIZE_FIELD = 0;
    public static final int SPARE = 4;
    public static final int MNT_ID = 8;
    public static final int PARAM = 16;
    public static final int MNT_NS_ID = 24;
    public static final int SIZE_VER0 = 24;
    public static final int SIZE = 32;

    private MntIdReq() {}
}
