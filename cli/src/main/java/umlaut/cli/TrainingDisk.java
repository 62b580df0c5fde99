package umlaut.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import umlaut.machine.image.ImageTree;

/** The disk of {@link Training}: an empty ext4, and a copy-on-write file over it, as guests of images have. Goes with its directory. */
final class TrainingDisk implements AutoCloseable {
    private static final long SIZE = 1L << 30;
    private static final String IMAGE = "disk", CHANGES = "cow";

    private final Path directory;

    private TrainingDisk(Path directory) {
        this.directory = directory;
    }

    static TrainingDisk create() {
        try {
            TrainingDisk disk = new TrainingDisk(Files.createTempDirectory("umlaut-training"));
            try (ImageTree tree = ImageTree.create(disk.directory.resolve(IMAGE), SIZE, "training", 0)) {
                tree.finish();
            }
            return disk;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What --disk wants. */
    String flag() {
        return directory.resolve(IMAGE) + ",cow=" + directory.resolve(CHANGES);
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(directory.resolve(CHANGES));
            Files.deleteIfExists(directory.resolve(IMAGE));
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
