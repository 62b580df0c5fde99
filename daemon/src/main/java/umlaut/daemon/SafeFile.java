package umlaut.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/** Small files that are old or new whatever breaks: written beside, made stable, renamed to their place. Only their owner may read them, as the directory is only the owner's. */
final class SafeFile {
    private SafeFile() {}

    /** @param stable on the disk when this returns, not only in order */
    static void write(Path file, String text, boolean stable) throws IOException {
        Path fresh = file.resolveSibling(
                file.getFileName() + ".new" + ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
        try {
            try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                if (stable) {
                    out.force(true);
                }
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        if (stable) {
            syncDirectory(file.resolveSibling("."));
        }
    }

    /** Makes names in it stable. */
    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Empty if it is not there. */
    static String read(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
    }
}
