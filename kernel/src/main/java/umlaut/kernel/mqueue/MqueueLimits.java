package umlaut.kernel.mqueue;

import java.util.concurrent.atomic.AtomicLong;

/** The settings of /proc/sys/fs/mqueue, mq_overview(7). */
public final class MqueueLimits {
    /** What even root can't exceed: HARD_MSGMAX, HARD_MSGSIZEMAX. */
    static final long HARD_MESSAGES = 65536, HARD_SIZE = 16 << 20;

    public final AtomicLong defaultMessages = new AtomicLong(10);
    public final AtomicLong mostMessages = new AtomicLong(10);
    public final AtomicLong defaultSize = new AtomicLong(8192);
    public final AtomicLong mostSize = new AtomicLong(8192);
    public final AtomicLong mostQueues = new AtomicLong(256);
}
