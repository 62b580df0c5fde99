package umlaut.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import umlaut.block.ImageException;
import umlaut.block.Images;
import umlaut.host.HostCalls;
import umlaut.host.Scratch;

/**
 * What guests have changed of their images: a copy-on-write file for each. That of a guest without a name has no name either, and goes with the process whatever kills it; that of a named one is kept
 * until {@code umlaut rm}.
 */
public final class GuestStore {
    private static final String COW = "disk.cow", IMAGE = "image";

    private final Path root;
    private final ImageStore images;

    GuestStore(Path root, ImageStore images) {
        this.root = root;
        this.images = images;
    }

    private Path directory(String guest) {
        return root.resolve("guests").resolve(guest);
    }

    /** Names of kept guests. */
    public List<String> list() {
        return ImageStore.children(root.resolve("guests")).stream()
                .map(d -> d.getFileName().toString())
                .toList();
    }

    /** The disk of a kept guest: its changes, over its image. */
    public Path disk(String guest) {
        imageOf(guest);
        return directory(guest).resolve(COW);
    }

    /** What a kept guest's changes take of the host. */
    public long bytesOnHost(String guest) {
        try {
            return DiskUse.bytes(directory(guest).resolve(COW));
        } catch (IOException e) {
            throw new ImageException("the disk of guest '" + guest + "' cannot be read: " + Failure.reason(e));
        }
    }

    /** The image a kept guest was made from. */
    public String imageOf(String guest) {
        try {
            return Files.readString(directory(guest).resolve(IMAGE));
        } catch (IOException e) {
            throw new ImageException("no guest '" + guest + "' is kept");
        }
    }

    /** Makes a guest of a copy of another's changes; the lock is held. */
    void adopt(String guest, String image, Path changes) throws IOException {
        Path made = Files.createTempDirectory(images.tmp(), "guest");
        Files.move(changes, made.resolve(COW));
        Files.writeString(made.resolve(IMAGE), image);
        Files.move(made, directory(guest));
    }

    List<String> of(String image) {
        List<String> found = new ArrayList<>();
        for (String guest : list()) {
            if (imageOf(guest).equals(image)) {
                found.add(guest);
            }
        }
        return found;
    }

    public void remove(String guest) {
        imageOf(guest);
        images.locked(() -> {
            if (Images.isInUse(directory(guest).resolve(COW).toString())) {
                throw new ImageException("guest '" + guest + "' is running");
            }
            images.discard(directory(guest));
        });
    }

    /** Changes that go with this process. @return a path that is good while it lives */
    public Path scratch(ImageStore.Image image) {
        try {
            Path directory = Files.createTempDirectory(images.tmp(), "guest");
            Path cow = directory.resolve(COW);
            try {
                make(image, cow);
                long fd = umlaut.host.Files.openat(
                        umlaut.host.Files.AT_FDCWD,
                        Scratch.path(cow.toString()),
                        umlaut.host.Files.O_RDWR | umlaut.host.Files.O_CLOEXEC,
                        0);
                if (HostCalls.isError(fd)) {
                    throw new IOException("error " + -fd);
                }
                return Path.of("/proc/self/fd/" + fd);
            } finally {
                ImageStore.delete(directory);
            }
        } catch (IOException e) {
            throw images.unusable(e);
        }
    }

    private static void make(ImageStore.Image image, Path cow) {
        Images.open(image.disk().toString(), false, cow.toString()).close();
    }

    /** The kept changes of a guest, made if there are none. */
    public Path kept(String guest, ImageStore.Image image) {
        Path cow = directory(guest).resolve(COW);
        images.locked(() -> {
            if (!Files.exists(cow)) {
                Path made = Files.createTempDirectory(images.tmp(), "guest");
                make(image, made.resolve(COW));
                Files.writeString(made.resolve(IMAGE), image.name());
                Files.createDirectories(root.resolve("guests"));
                Files.move(made, directory(guest));
            }
        });
        if (!imageOf(guest).equals(image.name())) {
            throw new ImageException("guest '" + guest + "' was made from image '" + imageOf(guest) + "': 'umlaut rm "
                    + guest + "', or another name");
        }
        if (Images.isInUse(cow.toString())) {
            throw new ImageException("guest '" + guest + "' is running");
        }
        return cow;
    }
}
