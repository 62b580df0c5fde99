package umlaut.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The output of a guest, byte for byte: pieces, each with 8 bytes of time (ns since 1970), one that says which stream, 4 of length (all big-endian), and the data. There are at most two files: when
 * one is full it becomes the older one, and what that had is gone. A piece that a crash has cut short is passed over.
 */
public final class LogFile {
    /** Of each of the two files. */
    private static final long MOST_BYTES = 8 << 20;

    private static final int HEADER = 13, MOST_PIECE = 1 << 20;

    /** @param stream 1 or 2 */
    public record Piece(long timeNs, int stream, byte[] data) {}

    private LogFile() {}

    private static Path older(Path file) {
        return file.resolveSibling(file.getFileName() + ".1");
    }

    /** Appends. Used by one process; thread-safe. */
    static final class Writer implements AutoCloseable {
        private final Path file;
        private FileChannel channel;
        private boolean failed;

        Writer(Path file) throws IOException {
            this.file = file;
            channel = open(file);
        }

        private static FileChannel open(Path file) throws IOException {
            return FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        }

        /** A full disk loses output, not the guest. */
        synchronized void write(int stream, byte[] data, int length, long timeNs) {
            ByteBuffer piece = ByteBuffer.allocate(HEADER + length);
            piece.putLong(timeNs)
                    .put((byte) stream)
                    .putInt(length)
                    .put(data, 0, length)
                    .flip();
            try {
                if (channel.position() > MOST_BYTES) {
                    channel.close();
                    Files.move(file, older(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                    channel = open(file);
                }
                while (piece.hasRemaining()) {
                    channel.write(piece);
                }
            } catch (IOException e) {
                if (!failed) {
                    System.err.println("umlaut: cannot write the log '" + file + "': " + e.getMessage());
                }
                failed = true;
            }
        }

        @Override
        public synchronized void close() {
            try {
                channel.close();
            } catch (IOException e) {
                failed = true; // nothing is kept back, so nothing is lost
            }
        }
    }

    /** Reads on from where it was, also while the guest writes. One thread. */
    public static final class Reader implements AutoCloseable {
        private final Path file;
        private @Nullable FileChannel current;
        private boolean first = true;

        public Reader(Path file) {
            this.file = file;
        }

        /** All that is there now and has not been read. @throws IOException when it cannot be read */
        public void read(Consumer<Piece> to) throws IOException {
            if (first) {
                first = false;
                try (FileChannel old = FileChannel.open(older(file), StandardOpenOption.READ)) {
                    pieces(old, to);
                } catch (NoSuchFileException e) {
                    // It has never been full.
                }
            }
            FileChannel open = current;
            if (open != null) {
                pieces(open, to);
                if (!replaced(open)) {
                    return;
                }
                open.close();
                current = null;
            }
            try {
                current = FileChannel.open(file, StandardOpenOption.READ);
                pieces(current, to);
            } catch (NoSuchFileException e) {
                current = null; // nothing has been said yet
            }
        }

        /** It was full, and is the older one now. */
        private boolean replaced(FileChannel open) throws IOException {
            return Files.exists(file) && Files.size(file) < open.position();
        }

        private static void pieces(FileChannel from, Consumer<Piece> to) throws IOException {
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            while (true) {
                long at = from.position();
                header.clear();
                while (header.hasRemaining() && from.read(header) > 0) {
                    // to its end
                }
                int length = header.hasRemaining() ? -1 : header.getInt(9);
                if (length < 0 || length > MOST_PIECE || at + HEADER + length > from.size()) {
                    from.position(at);
                    return;
                }
                ByteBuffer data = ByteBuffer.allocate(length);
                while (data.hasRemaining() && from.read(data) > 0) {
                    // to its end
                }
                to.accept(new Piece(header.getLong(0), header.get(8), data.array()));
            }
        }

        @Override
        public void close() throws IOException {
            if (current != null) {
                current.close();
            }
        }
    }
}
