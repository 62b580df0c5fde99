package umlaut.abi;

/**
 * struct msqid64_ds.
 *
 * <p>Linux: {@code include/uapi/asm-generic/msgbuf.h}; man page: msgctl(2).
 */
public final class MsqidDs {
    public static final int MSG_PERM = 0;
    public static final int MSG_STIME = 48;
    public static final int MSG_RTIME = 56;
    public static final int MSG_CTIME = 64;
    public static final int MSG_CBYTES = 72;
    public static final int MSG_QNUM = 80;
    public static final int MSG_QBYTES = 88;
    public static final int MSG_LSPID = 96;
    public static final int MSG_LRPID = 100;

    /** Bytes in all. */
    public static final int SIZE = 120;

    private MsqidDs() {}
}
