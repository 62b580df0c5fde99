package umlaut.block;

/** An image cannot be used. The message is one line for people: which file, what is wrong, what to do. */
public final class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The message, which there always is. */
    public final String line;

    public ImageException(String message) {
        super(message);
        line = message;
    }
}
