package umlaut.engine.process;

import org.jspecify.annotations.Nullable;
import umlaut.engine.RseqArea;
import umlaut.host.Syscall;

/**
 * A guest thread's rseq(2) area, which the host's kernel serves: each time the host thread returns to user mode it writes there on which processor, and where it has interrupted
 * a critical section of guest code, it sends the thread to the abort handler, before any signal handler of the stub's sees the registers. The stub itself is outside of all
 * critical sections, so that what happens there is to guest code as a system call would be.
 *
 * <p>A host thread outlives its guest thread: the registration must end with the latter, before others are told that its memory is free. Belongs to the kernel thread.
 */
final class Rseq {
    private final AreaAnswers own;
    private @Nullable RseqArea area;

    Rseq(AreaAnswers own) {
        this.own = own;
    }

    @Nullable RseqArea area() {
        RseqArea registered = own.takeRseq();
        area = registered != null ? registered : area;
        return area;
    }

    /** The system call. */
    long call(NativeThread thread, long address, int length, int flags, int signature) {
        long settled = thread.space.settleOwn(thread);
        if (settled != 0) {
            thread.orderFailed(settled);
        }
        own.forbidRseq();
        area();
        order(thread, address, length, flags, signature);
        long result = thread.sync();
        if (result == 0) {
            area = flags == 0 ? new RseqArea(address, length, signature) : null;
        }
        return result;
    }

    /** fork(2): the child's thread is to register the same as it starts. */
    void inherit(NativeThread child, @Nullable RseqArea parents) {
        area = parents;
        if (parents != null) {
            order(child, parents.address(), parents.length(), 0, parents.signature());
        }
    }

    /** The thread ends: leaves the end of the registration to its next orders. @return whether there is any */
    boolean leave(NativeThread thread) {
        RseqArea left = area();
        own.forbidRseq();
        if (left != null) {
            order(thread, left.address(), left.length(), RseqArea.UNREGISTER, left.signature());
            area = null;
        }
        return left != null;
    }

    private static void order(NativeThread thread, long address, int length, int flags, int signature) {
        thread.space.enqueue(thread, 0, 0, Syscall.RSEQ, address, length, flags, signature, 0, 0);
    }
}
