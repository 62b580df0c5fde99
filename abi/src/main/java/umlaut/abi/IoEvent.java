package umlaut.abi;

/**
 * struct io_event: the end of an asynchronous request.
 *
 * <p>Linux: {@code include/uapi/linux/aio_abi.h}; man page: io_getevents(2).
 */
public final class IoEvent {
    public static final int DATA = 0;
    public static final int OBJ = 8;
    public static final int RES = 16;
    public static final int RES2 = 24;

    /** Bytes in all. */
    public static final int SIZE = 32;

    private IoEvent() {}
}
