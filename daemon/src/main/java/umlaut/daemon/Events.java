package umlaut.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** What has happened to a user's guests, a line of JSON each, for {@code umlaut events}. Each line is one write at the end of the file, so that many may write; two files at most. */
public final class Events {
    private static final long MOST_BYTES = 1 << 20;

    private final Path file;

    public Events(Places places) {
        file = places.events();
    }

    public Path file() {
        return file;
    }

    /** @param action docker's word: create, start, die... @param more pairs of name and value */
    public void add(Guest guest, String action, String... more) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", Instant.now().toString());
        line.put("action", action);
        line.put("id", guest.id());
        line.put("name", guest.name());
        line.put("image", guest.record().image());
        for (int i = 0; i + 1 < more.length; i += 2) {
            line.put(more[i], more[i + 1]);
        }
        byte[] bytes = (JsonText.line(line) + "\n").getBytes(StandardCharsets.UTF_8);
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            out.write(ByteBuffer.wrap(bytes));
            if (out.size() > MOST_BYTES) {
                Files.move(
                        file,
                        file.resolveSibling(file.getFileName() + ".1"),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            System.err.println("umlaut: cannot write '" + file + "': " + e.getMessage());
        }
    }
}
