package umlaut.abi;

/**
 * struct rseq: a thread's area of restartable sequences, kept current by the kernel.
 *
 * <p>Linux: {@code include/uapi/linux/rseq.h}; man page: rseq(2).
 */
public final class Rseq {
    public static final int CPU_ID_START = 0;
    public static final int CPU_ID = 4;
    public static final int RSEQ_CS = 8;
    public static final int FLAGS = 16;
    public static final int NODE_ID = 20;
    public static final int MM_CID = 24;

    /** Bytes in all. */
    public static final int SIZE = 32;

    /** The bytes in use as of Linux 6.18: AT_RSEQ_FEATURE_SIZE. */
    public static final int FEATURE_SIZE = 28;

    /** Offsets in struct rseq_cs: a critical section. */
    public static final int CS_VERSION = 0;

    public static final int CS_FLAGS = 4;
    public static final int CS_START_IP = 8;
    public static final int CS_POST_COMMIT_OFFSET = 16;
    public static final int CS_ABORT_IP = 24;
    public static final int CS_SIZE = 32;

    private Rseq() {}
}
