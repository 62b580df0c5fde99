package umlaut.abi;

/**
 * struct iocb: one asynchronous request.
 *
 * <p>Linux: {@code include/uapi/linux/aio_abi.h}; man page: io_submit(2).
 */
public final class Iocb {
    public static final int AIO_DATA = 0;
    public static final int AIO_KEY = 8;
    public static final int AIO_RW_FLAGS = 12;
    public static final int AIO_LIO_OPCODE = 16;
    public static final int AIO_REQPRIO = 18;
    public static final int AIO_FILDES = 20;
    public static final int AIO_BUF = 24;
    public static final int AIO_NBYTES = 32;
    public static final int AIO_OFFSET = 40;
    public static final int AIO_RESERVED2 = 48;
    public static final int AIO_FLAGS = 56;
    public static final int AIO_RESFD = 60;

    /** Bytes in all. */
    public static final int SIZE = 64;

    private Iocb() {}
}
