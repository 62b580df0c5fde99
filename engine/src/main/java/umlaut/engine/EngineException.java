package umlaut.engine;

/** The host refused a resource; {@link #errno} is what fork(2) or clone(2) in the guest should answer. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public final int errno;

    public EngineException(int errno, String message) {
        super(message);
        this.errno = errno;
    }
}
