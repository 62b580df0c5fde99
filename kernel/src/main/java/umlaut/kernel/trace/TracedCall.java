package umlaut.kernel.trace;

import umlaut.abi.Errno;
import umlaut.abi.SyscallSpec;

/**
 * A system call as it is being printed: before it is done, or after.
 *
 * @param spec its declaration
 * @param args six registers as at entry
 * @param memory the caller's memory as it is now
 * @param done the call has returned
 * @param result what it returned, if done
 */
record TracedCall(SyscallSpec spec, long[] args, GuestReader memory, boolean done, long result) {
    int number() {
        return spec.number();
    }

    int i(int index) {
        return (int) args[index];
    }

    long l(int index) {
        return args[index];
    }

    /** Whether the call is done and went well, so that what it wrote may be shown. */
    boolean succeeded() {
        return done && !Errno.isError(result);
    }
}
