package umlaut.block;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import umlaut.abi.ErrnoException;
import umlaut.host.Scratch;

/** Opens image files, each in its format. */
public final class Images {
    private static final int START = 512;

    private Images() {}

    /**
     * Opens a disk.
     *
     * @param path an image, or a copy-on-write file with the backing file it names
     * @param cow where changes are to go instead, made if it is not there; null: into the image
     * @throws ImageException with one line for people
     */
    public static BlockBackend open(String path, boolean readOnly, @Nullable String cow) {
        if (cow == null) {
            return open(path, readOnly);
        }
        if (!Files.exists(Path.of(cow))) {
            if (readOnly) {
                throw new ImageException("copy-on-write file '" + cow + "': not there, and ,ro makes none");
            }
            return CowImage.create(cow, path);
        }
        return CowImage.open(ImageFile.open(cow, readOnly), path);
    }

    /**
     * Makes a raw image that reads as zero, a file without room of its own yet.
     *
     * @param size bytes, a multiple of 512
     * @throws ImageException when it is there already, or cannot be made
     */
    public static BlockBackend create(String path, long size) {
        ImageFile file = ImageFile.create(path);
        try {
            file.truncate(size);
        } catch (ErrnoException e) {
            file.close();
            throw new ImageException("cannot make '" + path + "': " + e.errno().message());
        }
        return new RawImage(file);
    }

    /** Has some guest the image open? */
    public static boolean isInUse(String path) {
        return ImageFile.isLocked(path);
    }

    private static BlockBackend open(String path, boolean readOnly) {
        ImageFile file = ImageFile.open(path, readOnly);
        if (file.size() < START) {
            file.close();
            throw new ImageException("disk image '" + path + "' is empty: a disk has at least 512 bytes");
        }
        MemorySegment start = Scratch.room();
        file.read(start, 0, START, 0);
        if (CowHeader.begins(start)) {
            return CowImage.open(file, null);
        }
        if (start.get(QcowHeader.INT, 0) == QcowHeader.MAGIC) {
            return QcowImage.open(file);
        }
        return new RawImage(file);
    }
}
