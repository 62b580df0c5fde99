package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.host.Layouts;
import umlaut.host.Syscall;

/** What a guest thread's end does in guest memory: the word of set_tid_address(2) is cleared and who waits there woken, by the thread's own host thread. */
final class ThreadEnd {
    private static final int FUTEX_WAKE = 1;

    private ThreadEnd() {}

    /** @return false: it can't be done here, or memory isn't there */
    static boolean clearAndWake(NativeThread thread, NativeAddressSpace space, Rseq rseq, long address) {
        if (space.isDead() || space.settleOwn(thread) != 0) {
            return false;
        }
        rseq.leave(thread); // before anybody may take the memory for free
        MemorySegment out = thread.reserveOut(address, 4);
        if (out == null) {
            space.settleOwn(thread);
            return false;
        }
        out.set(Layouts.INT, 0, 0);
        thread.commitOut(4);
        space.enqueue(thread, 0, 0, Syscall.FUTEX, address, FUTEX_WAKE, 1, 0, 0, 0);
        return thread.sync() == 0;
    }
}
