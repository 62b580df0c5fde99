package umlaut.kernel.sysv;

import java.util.concurrent.atomic.AtomicLong;
import umlaut.abi.IpcConst;

/**
 * The limits of System V communication that /proc/sys/kernel shows and sets, proc_sys_kernel(5) (Linux: ipc/ipc_sysctl.c). Each namespace has its own; what exists already
 * keeps what it was made with.
 */
public final class IpcSettings {
    /** Nearly all there is: ULONG_MAX - (1 << 24), read without a sign. */
    private static final long NO_LIMIT = -1L - (1L << 24);

    /** Bytes in one message. */
    public final AtomicLong msgmax = new AtomicLong(IpcConst.MSGMAX);
    /** Bytes in one queue, as it is made. */
    public final AtomicLong msgmnb = new AtomicLong(IpcConst.MSGMNB);
    /** Message queues. */
    public final AtomicLong msgmni = new AtomicLong(IpcConst.MSGMNI);

    /** Semaphores in one set. */
    public final AtomicLong semmsl = new AtomicLong(IpcConst.SEMMSL);
    /** Semaphores in all sets. */
    public final AtomicLong semmns = new AtomicLong(IpcConst.SEMMNS);
    /** Operations in one semop(2). */
    public final AtomicLong semopm = new AtomicLong(IpcConst.SEMOPM);
    /** Semaphore sets. */
    public final AtomicLong semmni = new AtomicLong(IpcConst.SEMMNI);

    /** Bytes in one segment, unsigned. */
    public final AtomicLong shmmax = new AtomicLong(NO_LIMIT);
    /** Pages in all segments, unsigned. */
    public final AtomicLong shmall = new AtomicLong(NO_LIMIT);
    /** Segments. */
    public final AtomicLong shmmni = new AtomicLong(IpcConst.SHMMNI);

    /** The number the next object of a kind is to get if it is free, -1: any. For who restores processes. */
    public final AtomicLong nextQueue = new AtomicLong(-1);

    public final AtomicLong nextSemaphores = new AtomicLong(-1);
    public final AtomicLong nextSegment = new AtomicLong(-1);
}
