package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.host.Layouts;

/** What tracers want of a guest thread that is in the kernel. */
final class ThreadDebug {
    private static final int EINTR = 4;

    private ThreadDebug() {}

    /** See {@link umlaut.engine.UserThread#futexNow}. */
    static long futex(NativeThread thread, int nr) {
        long flushed = thread.space.settleOwn(thread);
        if (flushed != 0) {
            thread.orderFailed(flushed);
        }
        MemorySegment area = thread.area;
        area.set(Layouts.INT, Area.PENDING, 0);
        if (!NativeThread.MODE.compareAndSet(thread, NativeThread.IN_KERNEL, NativeThread.IN_USER)) {
            NativeThread.MODE.setVolatile(thread, NativeThread.IN_KERNEL);
            return -EINTR;
        }
        thread.futex.request(nr);
        thread.post(thread.futex.answer() | State.COME_BACK);
        int request = thread.awaitRequest() & ~State.MARKS;
        NativeThread.MODE.setVolatile(thread, NativeThread.IN_KERNEL);
        // An interrupt that came as the call was done is the kernel's to notice.
        return request == State.SYNCED || request == State.INTERRUPT ? area.get(Layouts.LONG, Area.RAX) : -EINTR;
    }

    private static long image(NativeThread thread) {
        return Layout.areaAddress(thread.slot) + Area.XSAVE;
    }

    /** See {@link umlaut.engine.UserThread#vectorState}. */
    static MemorySegment vectors(NativeThread thread) {
        if (!thread.vectorsCaptured) {
            if (!thread.copied.savedVectors()) {
                thread.space.enqueue(thread, 0, 0, Order.XSAVE, image(thread), 0, 0, 0, 0, 0);
                runOrders(thread);
            }
            thread.vectorsCaptured = true;
        }
        return thread.area.asSlice(Area.XSAVE, thread.engine.cpu().xsaveSize());
    }

    /** See {@link umlaut.engine.UserThread#vectorStateChanged}. */
    static void vectorsChanged(NativeThread thread) {
        if (!thread.queue.contains(Order.XRSTOR, image(thread))) {
            thread.space.enqueue(thread, 0, 0, Order.XRSTOR, image(thread), 0, 0, 0, 0, 0);
        }
    }

    /** Has the queued orders run, by a kernel thread that is not this one's: it must not be moved about by this one's placement. */
    private static void runOrders(NativeThread thread) {
        if (!thread.hasStarted() || !thread.space.publish(thread)) {
            return;
        }
        thread.post(State.ORDERS | State.SYNC);
        int state = State.awaitRequest(thread.area, thread.space);
        thread.ordersUnderWay = false;
        if ((state & ~State.MARKS) == State.ORDER_FAILED) {
            thread.orderFailed();
        }
    }
}
