package umlaut.daemon;

/** Something about a user's guests that cannot be done: one line for people. */
public final class DaemonException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public final String line;
    /** What the command that asked ends with. */
    public final int status;

    public DaemonException(String line) {
        this(1, line);
    }

    public DaemonException(int status, String line) {
        super(line);
        this.line = line;
        this.status = status;
    }
}
