package umlaut.machine.console;

/** What a console is to lead to is not there, or not to be had. The message is one line. */
public final class ChannelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ChannelException(String message) {
        super(message, null, false, false);
    }
}
