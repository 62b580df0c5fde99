package umlaut.abi;

/**
 * struct ipc64_perm: owner and mode of a System V object.
 *
 * <p>Linux: {@code include/uapi/asm-generic/ipcbuf.h}; man page: sysvipc(7).
 */
public final class IpcPerm {
    public static final int KEY = 0;
    public static final int UID = 4;
    public static final int GID = 8;
    public static final int CUID = 12;
    public static final int CGID = 16;
    public static final int MODE = 20;
    public static final int SEQ = 24;

    /** Bytes in all. */
    public static final int SIZE = 48;

    private IpcPerm() {}
}
