package umlaut.engine.process;

/** The copies that a thread makes from windows as it returns ({@link Order#COPY_WINDOW}). Belongs to the kernel thread. */
final class WindowCopies {
    private final NativeThread thread;
    /** One is queued or under way. */
    private volatile boolean copying;
    /** One has failed, and the kernel does not know yet. */
    private boolean failed;

    WindowCopies(NativeThread thread) {
        this.thread = thread;
    }

    /** @return false if it can't be done now */
    boolean add(long from, long to, long length) {
        boolean inGuest = to >= 0 && length > 0 && to <= Layout.TASK_SIZE - length;
        if (!inGuest || !thread.mayLeaveCopies()) {
            return false;
        }
        copying = true;
        thread.space.enqueue(thread, to, to + length, Order.COPY_WINDOW, to, from, length, 0, 0, 0);
        return true;
    }

    /** What was queued is done with. */
    void cameIn() {
        if (copying) {
            copying = false;
        }
    }

    void fail() {
        failed = true;
    }

    /** Has one failed since this was asked last? */
    boolean takeFailure() {
        boolean was = failed;
        failed = false;
        return was;
    }

    /** Would it change what is read of a range? */
    boolean touches(long from, long to) {
        return copying && thread.queue.overlapsWindowCopy(from, to);
    }

    /** May the thread be reading from a window that has been closed? From any thread. */
    boolean underWay() {
        return copying || thread.fileLoan().isBusy();
    }
}
