package umlaut.abi;

/**
 * struct msginfo of IPC_INFO and MSG_INFO.
 *
 * <p>Linux: {@code include/uapi/linux/msg.h}; man page: msgctl(2).
 */
public final class Msginfo {
    public static final int MSGPOOL = 0;
    public static final int MSGMAP = 4;
    public static final int MSGMAX = 8;
    public static final int MSGMNB = 12;
    public static final int MSGMNI = 16;
    public static final int MSGSSZ = 20;
    public static final int MSGTQL = 24;
    public static final int MSGSEG = 28;

    /** Bytes in all. */
    public static final int SIZE = 32;

    private Msginfo() {}
}
