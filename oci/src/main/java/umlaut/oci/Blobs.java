package umlaut.oci;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.block.ImageException;

/** The files that make up an image before it is one: those of a directory or of a tar archive, by their paths in it. */
interface Blobs extends AutoCloseable {
    /** A manifest or a configuration is never as long, bytes. */
    int MOST_TEXT = 4 << 20;

    /** @return null if there is none */
    @Nullable InputStream open(String name) throws IOException;

    /** Bytes, or 0 where that is not known. */
    long size(String name) throws IOException;

    @Override
    default void close() throws IOException {}

    default boolean has(String name) throws IOException {
        InputStream in = open(name);
        if (in == null) {
            return false;
        }
        in.close();
        return true;
    }

    /** A short file. @throws ImageException if it is not there, or not short */
    default byte[] text(String name) throws IOException {
        try (InputStream in = need(name)) {
            byte[] b = in.readNBytes(MOST_TEXT + 1);
            if (b.length > MOST_TEXT) {
                throw new ImageException("'" + name + "' is too long to be what it should be: refused");
            }
            return b;
        }
    }

    default InputStream need(String name) throws IOException {
        InputStream in = open(name);
        if (in == null) {
            throw new ImageException("'" + name + "' is missing");
        }
        return in;
    }

    /** Files of a directory; links are not followed. */
    static Blobs of(Path directory) {
        return new Blobs() {
            private Path file(String name) {
                return directory.resolve(safe(name));
            }

            @Override
            public @Nullable InputStream open(String name) throws IOException {
                Path file = file(name);
                return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.newInputStream(file) : null;
            }

            @Override
            public long size(String name) throws IOException {
                return Files.size(file(name));
            }
        };
    }

    /** @throws ImageException for a path that leads out */
    static String safe(String name) {
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                throw new ImageException("'" + name + "' leads out of the archive: refused");
            }
        }
        if (name.startsWith("/") || name.indexOf(0) >= 0) {
            throw new ImageException("'" + name + "' leads out of the archive: refused");
        }
        return name.startsWith("./") ? name.substring(2) : name;
    }

    /** Members of a tar archive that is not compressed: files, and links between them. */
    static Blobs ofTar(Path archive) throws IOException {
        record Place(long position, long size) {}
        Map<String, Place> places = new HashMap<>();
        Map<String, String> links = new HashMap<>();
        FileChannel channel = FileChannel.open(archive, StandardOpenOption.READ);
        TarReader tar = new TarReader(Channels.newInputStream(channel));
        TarEntry entry;
        while ((entry = tar.next()) != null) {
            String name = safe(entry.name());
            if (entry.type() == '0') {
                places.put(name, new Place(tar.position(), entry.size()));
            } else if (entry.type() == '1' || entry.type() == '2') {
                links.put(name, inArchive(name, entry));
            }
        }
        return new Blobs() {
            private @Nullable Place find(String name) {
                String at = safe(name);
                for (int i = 0; i < 8; i++) {
                    Place place = places.get(at);
                    String link = links.get(at);
                    if (place != null || link == null) {
                        return place;
                    }
                    at = link;
                }
                return null;
            }

            @Override
            public @Nullable InputStream open(String name) {
                Place place = find(name);
                return place == null ? null : new Window(channel, place.position, place.size);
            }

            @Override
            public long size(String name) {
                Place place = find(name);
                return place == null ? 0 : place.size;
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /** Where a link leads, a path of the archive. */
    private static String inArchive(String name, TarEntry entry) {
        Path from = Path.of("/" + name);
        Path to = entry.type() == '1'
                ? Path.of("/" + safe(entry.link()))
                : from.resolveSibling(entry.link()).normalize();
        long up = entry.link().chars().filter(c -> c == '/').count();
        if (entry.link().startsWith("/") || up > from.getNameCount() + to.getNameCount()) {
            throw new ImageException("'" + name + "' is a link that leads out of the archive: refused");
        }
        return to.toString().substring(1);
    }
}
