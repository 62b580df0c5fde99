package umlaut.kernel.signal;

/**
 * A signal ended a wait deep inside an operation that answers with an object (opening a FIFO or a terminal): the system
 * call ends with the
 * {@link Restart} code. Stackless and preallocated, like ErrnoException; caught once at system-call entry.
 */
public final class RestartException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** The ERESTARTSYS one, which nearly all want. */
    public static final RestartException RESTARTSYS = new RestartException(Restart.ERESTARTSYS);

    private final int code;

    private RestartException(int code) {
        super(null, null, false, false);
        this.code = code;
    }

    /** What the system call returns. */
    public long result() {
        return -code;
    }
}
