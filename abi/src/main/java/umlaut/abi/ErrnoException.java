package umlaut.abi;

/**
 * An expected failure on its way to the system call's caller, caught once where the call entered the kernel.
 *
 * <p>There is one instance per {@link Errno}, made with it: no stack trace, no cause, nothing suppressed, so it may be
 * thrown from any thread at no cost. Get it from {@link Errno#exception()}.
 */
public final class ErrnoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    ErrnoException(Errno errno) {
        super(null, null, false, false);
        this.errno = errno;
    }

    /** The error. */
    public Errno errno() {
        return errno;
    }

    @Override
    public String getMessage() {
        return errno.name() + " (" + errno.message() + ")";
    }
}
