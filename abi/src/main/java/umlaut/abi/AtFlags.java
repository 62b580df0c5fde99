package umlaut.abi;

/**
 * Flags of the calls that take a directory descriptor and a path, and the descriptor that means "here".
 *
 * <p>Several share a bit: which one is meant depends on the call. Linux: {@code include/uapi/linux/fcntl.h}; man pages:
 * openat(2), fstatat(2), faccessat2(2), name_to_handle_at(2).
 */
public final class AtFlags {
    // Instead of a directory descriptor

    public static final int AT_FDCWD = -100;

    // Flags

    public static final int AT_STATX_SYNC_AS_STAT = 0x0;
    public static final int AT_HANDLE_MNT_ID_UNIQUE = 0x1;
    public static final int AT_HANDLE_CONNECTABLE = 0x2;
    public static final int AT_SYMLINK_NOFOLLOW = 0x100;
    public static final int AT_REMOVEDIR = 0x200;
    public static final int AT_EACCESS = 0x200;
    public static final int AT_HANDLE_FID = 0x200;
    public static final int AT_SYMLINK_FOLLOW = 0x400;
    public static final int AT_NO_AUTOMOUNT = 0x800;
    public static final int AT_EMPTY_PATH = 0x1000;
    public static final int AT_STATX_FORCE_SYNC = 0x2000;
    public static final int AT_STATX_DONT_SYNC = 0x4000;
    public static final int AT_STATX_SYNC_TYPE = 0x6000;
    public static final int AT_RECURSIVE = 0x8000;
    public static final int AT_EXECVE_CHECK = 0x10000;

    // access(2): mode

    public static final int F_OK = 0;
    public static final int X_OK = 1;
    public static final int W_OK = 2;
    public static final int R_OK = 4;

    private AtFlags() {}
}
