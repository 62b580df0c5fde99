package umlaut.abi;

/**
 * struct mq_attr.
 *
 * <p>Linux: {@code include/uapi/linux/mqueue.h}; man page: mq_getattr(3).
 */
public final class MqAttr {
    public static final int MQ_FLAGS = 0;
    public static final int MQ_MAXMSG = 8;
    public static final int MQ_MSGSIZE = 16;
    public static final int MQ_CURMSGS = 24;

    /** Bytes in all. */
    public static final int SIZE = 64;

    private MqAttr() {}
}
