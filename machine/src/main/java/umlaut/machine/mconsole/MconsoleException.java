package umlaut.machine.mconsole;

/** A command that failed; the message is what the client shows behind "ERR". */
public final class MconsoleException extends RuntimeException {
    private static final long serialVersionUID = 1;

    final String line;

    public MconsoleException(String line) {
        super(line, null, false, false);
        this.line = line;
    }
}
