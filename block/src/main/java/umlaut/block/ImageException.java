package umlaut.block;

/** An image cannot be used. The message is one line for people: which file, what is wrong, what to do. */
public final class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ImageException(String message) {
        super(message);
    }
}
