package umlaut.kernel.trace;

import umlaut.abi.Errno;
import umlaut.abi.SyscallSpec;

/** A system call as it is being printed: before it is done, or after. */
final class TracedCall {
    private final SyscallSpec spec;
    private final long[] args;
    private final GuestReader memory;
    private final boolean done;
    private final long result;

    private TracedCall(SyscallSpec spec, long[] args, GuestReader memory, boolean done, long result) {
        this.spec = spec;
        this.args = args;
        this.memory = memory;
        this.done = done;
        this.result = result;
    }

    /** A call about to be made, with its six registers. */
    static TracedCall before(SyscallSpec spec, long[] args, GuestReader memory) {
        return new TracedCall(spec, args, memory, false, 0);
    }

    /** A call that has returned, with its registers as at entry. */
    static TracedCall after(SyscallSpec spec, long[] args, GuestReader memory, long result) {
        return new TracedCall(spec, args, memory, true, result);
    }

    SyscallSpec spec() {
        return spec;
    }

    int number() {
        return spec.number();
    }

    int i(int index) {
        return (int) args[index];
    }

    long l(int index) {
        return args[index];
    }

    /** The caller's memory as it is now. */
    GuestReader memory() {
        return memory;
    }

    /** Whether the call has returned. */
    boolean done() {
        return done;
    }

    /** What it returned, if done. */
    long result() {
        return result;
    }

    /** Whether the call is done and went well, so that what it wrote may be shown. */
    boolean succeeded() {
        return done && !Errno.isError(result);
    }
}
