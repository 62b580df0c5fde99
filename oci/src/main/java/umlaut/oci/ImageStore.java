package umlaut.oci;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import umlaut.block.ImageException;
import umlaut.block.Images;

/**
 * A user's images and kept guests: {@code $XDG_DATA_HOME/umlaut} (XDG Base Directory Specification), a directory each.
 *
 * <pre>
 * images/NAME/disk, config    an image, which never changes
 * guests/NAME/disk.cow, image what a kept guest has changed, and the name of its image
 * tmp/                        what is being made
 * lock                        held while names come and go
 * </pre>
 *
 * <p>An image is made in tmp and renamed to its place when it is whole and on stable storage: whatever breaks before leaves nothing. What a killed process has left in tmp goes when the next image is
 * made; drafts that somebody works on are locked.
 */
public final class ImageStore {
    private static final String DISK = "disk", CONFIG = "config";
    private static final String NAME = "[a-zA-Z0-9][a-zA-Z0-9._:/@-]{0,127}";

    private final Path root;

    public ImageStore(Path root) {
        this.root = root;
    }

    /** @throws ImageException when there is no home directory */
    public static ImageStore ofUser(Map<String, String> environment) {
        String data = environment.getOrDefault("XDG_DATA_HOME", "");
        if (data.startsWith("/")) {
            return new ImageStore(Path.of(data, "umlaut"));
        }
        String home = environment.getOrDefault("HOME", "");
        if (!home.startsWith("/")) {
            throw new ImageException("images need a place: set HOME or XDG_DATA_HOME");
        }
        return new ImageStore(Path.of(home, ".local/share/umlaut"));
    }

    /** An image that is there. */
    public record Image(String name, Path disk, Path configFile) {
        public ImageConfig config() {
            try {
                return ImageConfig.read(configFile);
            } catch (IOException | IllegalArgumentException e) {
                throw new ImageException("image '" + name + "' is damaged: " + e.getMessage());
            }
        }

        /** What its disk takes of the host. */
        public long bytesOnHost() {
            try {
                return DiskUse.bytes(disk);
            } catch (IOException e) {
                throw new ImageException("image '" + name + "' is damaged: " + Failure.reason(e));
            }
        }

        /** For people and programs: JSON, in the terms of the OCI image configuration. */
        public String describe(ImageStore store) {
            return Description.of(this, store.guests().of(name));
        }
    }

    // --- looking ---

    /** @throws ImageException for what can be no image's name */
    public static void checkName(String name) {
        boolean sane = name.matches(NAME) && !name.contains("..") && !name.contains("//") && !name.endsWith("/");
        if (!sane || name.equals("host")) {
            throw new ImageException("'" + name + "' cannot be an image's name"
                    + (sane ? ": it is that of this host's own /usr" : ": use letters, digits and . _ - : /"));
        }
    }

    private Path imageDirectory(String name) {
        return root.resolve("images").resolve(name.replace("/", "%"));
    }

    /** By its name, or without the tag "latest". */
    public @Nullable Image find(String name) {
        if (!name.matches(NAME) || name.contains("..")) {
            return null;
        }
        for (String candidate : List.of(name, name + ":latest")) {
            Path directory = imageDirectory(candidate);
            if (Files.isDirectory(directory)) {
                return new Image(candidate, directory.resolve(DISK), directory.resolve(CONFIG));
            }
        }
        return null;
    }

    /** @throws ImageException if there is none */
    public Image get(String name) {
        Image image = find(name);
        if (image == null) {
            throw new ImageException("no image '" + name + "': 'umlaut image ls' shows those there are");
        }
        return image;
    }

    public List<Image> list() {
        List<Image> all = new ArrayList<>();
        for (Path directory : children(root.resolve("images"))) {
            String name = directory.getFileName().toString().replace("%", "/");
            all.add(new Image(name, directory.resolve(DISK), directory.resolve(CONFIG)));
        }
        return all;
    }

    static List<Path> children(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            return List.of(); // nobody has made it yet
        }
    }

    // --- changing ---

    public void remove(String name) {
        Image image = get(name);
        locked(() -> {
            List<String> guests = new GuestStore(root, this).of(image.name());
            if (!guests.isEmpty()) {
                throw new ImageException("image '" + image.name() + "' is that of guest '" + guests.getFirst()
                        + "': 'umlaut rm " + guests.getFirst() + "' first");
            }
            if (Images.isInUse(image.disk().toString())) {
                throw new ImageException("image '" + image.name() + "' is in use by a running guest");
            }
            discard(imageDirectory(image.name()));
        });
    }

    /** Takes a directory away at once: its name first. */
    void discard(Path directory) throws IOException {
        Path grave = Files.createTempDirectory(tmp(), "removed");
        Files.move(directory, grave.resolve("x"));
        delete(grave);
    }

    public GuestStore guests() {
        return new GuestStore(root, this);
    }

    interface Action {
        void run() throws IOException;
    }

    void locked(Action action) {
        try (FileChannel channel = FileChannel.open(
                        directory(root).resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assert lock.isValid();
            action.run();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    ImageException unusable(IOException e) {
        return new ImageException("cannot use '" + root + "': " + Failure.reason(e));
    }

    private static Path directory(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            Files.createDirectories(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        return path;
    }

    Path tmp() throws IOException {
        return directory(root.resolve("tmp"));
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** An image that is being made; closed without {@link #commit}, it leaves nothing. */
    final class Draft implements AutoCloseable {
        final Path directory;
        private final FileChannel lock;

        private Draft() throws IOException {
            removeAbandoned();
            directory = Files.createTempDirectory(tmp(), "draft");
            lock = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            lock.lock();
        }

        Path disk() {
            return directory.resolve(DISK);
        }

        /** Gives the finished image its name. */
        void commit(String name, ImageConfig config) throws IOException {
            config.write(directory.resolve(CONFIG));
            Files.deleteIfExists(directory.resolve("archive"));
            for (String file : List.of(DISK, CONFIG)) {
                try (FileChannel channel = FileChannel.open(directory.resolve(file), StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                Files.setPosixFilePermissions(directory.resolve(file), PosixFilePermissions.fromString("r--r--r--"));
            }
            locked(() -> {
                requireFree(name);
                directory(root.resolve("images"));
                Files.delete(directory.resolve("lock"));
                Files.move(directory, imageDirectory(name));
            });
        }

        @Override
        public void close() throws IOException {
            lock.close();
            delete(directory);
        }
    }

    void requireFree(String name) {
        checkName(name);
        if (Files.exists(imageDirectory(name))) {
            throw new ImageException(
                    "there is an image '" + name + "' already: 'umlaut image rm " + name + "', or give another name");
        }
    }

    Draft draft() {
        try {
            return new Draft();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private void removeAbandoned() throws IOException {
        for (Path left : children(tmp())) {
            Path file = left.resolve("lock");
            if (!Files.exists(file)) {
                continue;
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                if (lock != null) {
                    delete(left);
                }
            } catch (IOException e) {
                continue; // somebody else has just removed it
            }
        }
    }
}
