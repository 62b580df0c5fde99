package umlaut.abi;

/**
 * struct file_handle: the head; {@code handle_bytes} opaque bytes follow.
 *
 * <p>Linux: {@code include/linux/fs.h}; man page: open_by_handle_at(2).
 */
public final class FileHandle {
    public static final int HANDLE_BYTES = 0;
    public static final int HANDLE_TYPE = 4;
    public static final int F_HANDLE = 8;

    /** Bytes in all. */
    public static final int SIZE = 8;

    /** The most bytes a handle may have. */
    public static final int MAX_HANDLE_SZ = 128;

    private FileHandle() {}
}
