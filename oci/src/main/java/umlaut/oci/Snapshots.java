package umlaut.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import umlaut.block.ImageException;
import umlaut.block.Images;

/**
 * What is done with the disks of kept guests that do not run: snapshots, copies of what a guest has changed, kept beside it; going back to one; and a guest of its own made from another. A copy takes what the changes take, or nothing where the host's file system shares blocks. Each has its name when it is whole and on stable storage.
 */
public final class Snapshots {
    private static final String DIRECTORY = "snapshots", COW = ".cow";
    private static final String NAME = "[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}";

    private final ImageStore images;
    private final GuestStore guests;

    public Snapshots(ImageStore images) {
        this.images = images;
        this.guests = images.guests();
    }

    private static void checkName(String what, String name) {
        if (!name.matches(NAME)) {
            throw new ImageException("'" + name + "' cannot be a " + what + "'s name: use letters, digits and . _ -");
        }
    }

    /** The changes of a guest, which must not run. */
    private Path changes(String guest) {
        Path cow = guests.disk(guest);
        if (Images.isInUse(cow.toString())) {
            throw new ImageException("guest '" + guest + "' is running: stop it first");
        }
        return cow;
    }

    private Path directory(String guest) {
        return guests.disk(guest).resolveSibling(DIRECTORY);
    }

    private Path file(String guest, String snapshot) {
        Path file = directory(guest).resolve(snapshot + COW);
        if (!snapshot.matches(NAME) || !Files.exists(file)) {
            throw new ImageException("guest '" + guest + "' has no snapshot '" + snapshot + "'");
        }
        return file;
    }

    /** A whole copy, which {@code use} then takes somewhere. */
    private void copied(Path cow, Use use) throws IOException {
        Path made = Files.createTempDirectory(images.tmp(), "copy");
        try {
            Path copy = made.resolve("cow");
            SparseCopy.copy(cow, copy, Files.size(cow));
            use.take(copy);
        } finally {
            ImageStore.delete(made);
        }
    }

    private interface Use {
        void take(Path copy) throws IOException;
    }

    /** Their names. */
    public List<String> list(String guest) {
        return ImageStore.children(directory(guest)).stream()
                .map(file -> file.getFileName().toString())
                .filter(file -> file.endsWith(COW))
                .map(file -> file.substring(0, file.length() - COW.length()))
                .toList();
    }

    public void take(String guest, String snapshot) {
        checkName("snapshot", snapshot);
        images.locked(() -> {
            Path place = directory(guest).resolve(snapshot + COW);
            if (Files.exists(place)) {
                throw new ImageException("guest '" + guest + "' has a snapshot '" + snapshot + "' already");
            }
            copied(changes(guest), copy -> {
                Files.createDirectories(place.getParent());
                Files.move(copy, place);
            });
        });
    }

    /** The guest's disk is again what it was; the snapshot stays. */
    public void rollBack(String guest, String snapshot) {
        images.locked(() -> {
            Path cow = changes(guest);
            copied(file(guest, snapshot), copy -> Files.move(copy, cow, StandardCopyOption.ATOMIC_MOVE));
        });
    }

    public void remove(String guest, String snapshot) {
        images.locked(() -> Files.delete(file(guest, snapshot)));
    }

    /** @param fresh the name of a guest that is not there yet */
    public void copy(String guest, String fresh) {
        checkName("guest", fresh);
        images.locked(() -> {
            if (guests.list().contains(fresh)) {
                throw new ImageException("there is a guest '" + fresh + "' already");
            }
            copied(changes(guest), copy -> guests.adopt(fresh, guests.imageOf(guest), copy));
        });
    }
}
