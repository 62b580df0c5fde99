package umlaut.oci;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Java's errors in a few words for people. */
public final class Failure {
    private Failure() {}

    public static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException none -> "no such file or directory";
            case AccessDeniedException denied -> "permission denied";
            case FileSystemException other -> text(other.getReason(), other);
            case EOFException end -> "it is cut short";
            default -> text(e.getMessage(), e);
        };
    }

    private static String text(@Nullable String message, IOException e) {
        String text = message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
        return text.lines().findFirst().orElse(text);
    }
}
