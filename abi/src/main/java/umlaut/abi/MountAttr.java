package umlaut.abi;

/**
 * struct mount_attr of mount_setattr(2).
 *
 * <p>Linux: {@code include/uapi/linux/mount.h}; man page: mount_setattr(2).
 */
public final class MountAttr {
    public static final int ATTR_SET = 0;
    public static final int ATTR_CLR = 8;
    public static final int PROPAGATION = 16;
    public static final int USERNS_FD = 24;

    /** Bytes in all. */
    public static final int SIZE = 32;

    private MountAttr() {}
}
