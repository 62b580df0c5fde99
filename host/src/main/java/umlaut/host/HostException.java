package umlaut.host;

import umlaut.abi.Errno;

/** A host call that must not fail did: the message names the call and the error. For start-up and other cold paths only. */
public final class HostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public final int errno;

    public HostException(String call, int errno) {
        super(call + " failed on the host: " + Errno.of(errno).message());
        this.errno = errno;
    }

    /** Passes a good result on. @throws HostException for -errno */
    public static long check(String call, long result) {
        if (HostCalls.isError(result)) {
            throw new HostException(call, (int) -result);
        }
        return result;
    }
}
