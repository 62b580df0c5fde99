package umlaut.cli;

/** A command line that cannot be obeyed. The message is one line: what was wrong, what to do. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message, null, false, false);
    }
}
