package umlaut.kernel.tty;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.WaitEntry;
import umlaut.kernel.wait.WaitQueue;

/**
 * The far side of a terminal for threads of the machine, which are no tasks: they move bytes between the guest's console and whatever the user looks at. Each method may block its
 * Java thread.
 */
public final class ConsoleBridge {
    private final Tty tty;
    private volatile boolean closed;

    public ConsoleBridge(Tty tty) {
        this.tty = tty;
    }

    /**
     * Output of the guest for the user.
     *
     * @param to native memory
     * @return bytes, or -1 when the bridge is closed
     */
    public int read(MemorySegment to) {
        IovIter iter = new IovIter();
        long n = await(tty.farQueue, () -> {
            long got = tty.farRead(iter.kernel(to, 0, to.byteSize()));
            // Nobody has the terminal open just now: somebody may again.
            return got < 0 && !closed ? BlockingOp.WOULD_BLOCK : got;
        });
        return n < 0 ? -1 : (int) n;
    }

    /** What the user typed. Waits while the guest does not read. */
    public void write(MemorySegment from, long length) {
        IovIter iter = new IovIter().kernel(from, 0, length);
        while (iter.remaining() > 0 && !closed) {
            await(tty.farQueue, () -> tty.farWrite(iter));
        }
    }

    public void resize(int rows, int columns) {
        tty.setWinsize(new Winsize(rows, columns, 0, 0));
    }

    /** All output up to now has been read. */
    public boolean drained() {
        return tty.outputCount() == 0;
    }

    /** The user has gone: the guest's terminal hangs up. */
    public void hangup() {
        tty.farClosed();
    }

    /** Ends every call here. */
    public void close() {
        closed = true;
        tty.farQueue.wakeAll(0);
    }

    private long await(WaitQueue queue, BlockingOp op) {
        long result = op.attempt();
        if (result != BlockingOp.WOULD_BLOCK) {
            return result;
        }
        Thread me = Thread.currentThread();
        WaitEntry entry = new WaitEntry(
                events -> {
                    LockSupport.unpark(me);
                    return true;
                },
                false);
        queue.add(entry);
        try {
            while (!closed) {
                result = op.attempt();
                if (result != BlockingOp.WOULD_BLOCK) {
                    return result;
                }
                LockSupport.park(this);
            }
            return -1;
        } finally {
            entry.remove();
        }
    }
}
