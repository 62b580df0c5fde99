package umlaut.gateway;

/** A link cannot be made. The message is one line for people: what was wrong, what to do. */
public final class GatewayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public final String line;

    public GatewayException(String line) {
        super(line);
        this.line = line;
    }
}
