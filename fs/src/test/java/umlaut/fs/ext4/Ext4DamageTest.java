package umlaut.fs.ext4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.fs.support.MemoryDisk;
import umlaut.fs.support.TestTree;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/**
 * Damaged metadata: whatever is done on such a file system ends, well or with an error of its own (ErrnoException), and what errors= says is done. Images are made by the host's
 * e2fsprogs; each round changes some bits or fields of one, mounts it, reads all of it and changes much. {@code -Dumlaut.damage.rounds=N} for more than a few rounds.
 */
class Ext4DamageTest {
    private static final int ROUNDS = Integer.getInteger("umlaut.damage.rounds", 20);
    private static final int FIRST = Integer.getInteger("umlaut.damage.first", 1);
    /** What fills files, so that metadata is all else. */
    private static final byte DATA = 'd';

    @TempDir
    Path dir;

    private final Kernel kernel = TestTree.kernel();
    private final BlockDevices devices = MemoryDisk.devices(kernel);

    // --- images ---

    private static int host(String command) throws IOException {
        try {
            return new ProcessBuilder("sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; " + command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A file system with all kinds of things in it: indexed directories, files in many pieces, attributes, links. */
    private Path image(String name, String options) throws IOException {
        assumeTrue(host("command -v mke2fs && command -v debugfs && command -v e2fsck") == 0, "no e2fsprogs");
        Path tree = dir.resolve("tree");
        if (!Files.exists(tree)) { // made once, or by the test
            Files.createDirectories(tree.resolve("many"));
            for (int i = 0; i < 120; i++) {
                Files.writeString(tree.resolve("many/a-longish-name-for-a-file-" + i), "d".repeat(i * 10));
            }
            Files.createSymbolicLink(tree.resolve("short"), Path.of("many/a"));
            Files.createSymbolicLink(tree.resolve("long"), Path.of("x".repeat(200)));
            Files.createDirectories(tree.resolve("a/b/c"));
            Files.write(tree.resolve("a/big"), filled(200_000));
            try (RandomAccessFile f =
                    new RandomAccessFile(tree.resolve("a/pieces").toFile(), "rw")) {
                for (int i = 0; i < 200; i++) {
                    f.seek(i * 8192L);
                    f.write(filled(4096));
                }
            }
        }
        Path file = dir.resolve(name);
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            f.setLength(6 << 20);
        }
        assertThat(host("mke2fs -q -F " + options + " -d " + tree + " " + file)).isZero();
        String value = "v".repeat(300);
        host("printf 'ea_set /a/big user.large " + value + "\\nea_set /a/big user.small x\\nea_set /a user.dir " + value
                + "\\n' | debugfs -w -f - " + file);
        host("e2fsck -fyD " + file);
        return file;
    }

    private static byte[] filled(int n) {
        byte[] bytes = new byte[n];
        java.util.Arrays.fill(bytes, DATA);
        return bytes;
    }

    // --- damage ---

    /** Blocks of 1 KiB that hold something, but not the data of a file. */
    private static List<Long> metadata(MemoryDisk disk) {
        List<Long> blocks = new ArrayList<>();
        for (long at = 1024; at < disk.size(); at += 1024) {
            MemorySegment block = disk.bytes.asSlice(at, 1024);
            byte[] bytes = block.toArray(ValueLayout.JAVA_BYTE);
            boolean something = false;
            for (byte b : bytes) {
                something |= b != 0 && b != DATA;
            }
            if (something) {
                blocks.add(at);
            }
        }
        return blocks;
    }

    private static void damage(MemoryDisk disk, List<Long> blocks, Random random) {
        int count = 1 + random.nextInt(random.nextBoolean() ? 3 : 30);
        for (int i = 0; i < count; i++) {
            long at = blocks.get(random.nextInt(blocks.size())) + random.nextInt(1024);
            if (random.nextBoolean()) {
                byte old = disk.bytes.get(ValueLayout.JAVA_BYTE, at);
                disk.bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (old ^ 1 << random.nextInt(8)));
            } else {
                int[] values = {0, -1, 1, 0x7fffffff, random.nextInt(6 << 10), random.nextInt()};
                disk.bytes.set(ValueLayout.JAVA_INT_UNALIGNED, at & ~3L, values[random.nextInt(values.length)]);
            }
        }
    }

    // --- use ---

    private int left;

    private void use(Ext4Fs fs, Random random) {
        left = 600;
        attempt(() -> read(fs.root(), 0));
        attempt(fs::statfs);
        left = 300;
        attempt(() -> change(fs.root(), random, 0));
        attempt(fs::sync);
        attempt(() -> fs.trim(0));
    }

    private static void attempt(Runnable action) {
        try {
            action.run();
        } catch (ErrnoException e) {
            // As it should be.
        }
    }

    private void read(Inode inode, int depth) {
        if (left-- <= 0 || depth > 20) {
            return;
        }
        attempt(() -> {
            for (String name : inode.listXattr()) {
                inode.getXattr(name);
            }
        });
        if (inode.isSymlink()) {
            attempt(() -> inode.readlink(null));
        } else if (inode instanceof Ext4Regular file) {
            attempt(() -> readFile(file));
        } else if (inode.isDirectory()) {
            attempt(() -> {
                for (String name : list(inode)) {
                    attempt(() -> {
                        Inode found = TestTree.find(inode, name.replace('/', '_'));
                        if (found != null) {
                            read(found, depth + 1);
                        }
                    });
                    if (left <= 0) {
                        return;
                    }
                }
            });
        }
    }

    /** At most some hundred names. */
    private static List<String> list(Inode directory) {
        List<String> names = new ArrayList<>();
        File file = TestTree.open(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        try {
            TestTree.list(file, 400, names);
        } finally {
            file.release();
        }
        return names;
    }

    private static void readFile(Ext4Regular file) {
        File open = file.open(null, null, OpenFlags.O_RDONLY);
        try {
            TestTree.read(open, 150_000, 0);
            TestTree.read(open, 60_000, Math.max(0, file.size - 60_000));
            long at = 0;
            for (int i = 0; i < 300 && at >= 0; i++) {
                at = file.seek(at, i % 2 == 0);
            }
        } finally {
            open.release();
        }
    }

    private void change(Inode directory, Random random, int depth) {
        attempt(() -> TestTree.create(directory, "new", "x".repeat(5000)));
        attempt(() -> TestTree.mkdir(directory, "newdir"));
        attempt(() ->
                TestTree.locked(directory, () -> directory.symlink("newlink", "y".repeat(100), Credentials.ROOT)));
        attempt(() -> directory.setXattr("user.new", new byte[200], 0));
        for (String name : list(directory)) {
            if (left-- <= 0 || depth > 5) {
                return;
            }
            attempt(() -> changeOne(directory, name, random, depth));
        }
    }

    private void changeOne(Inode directory, String name, Random random, int depth) {
        Inode found = TestTree.find(directory, name.replace('/', '_'));
        if (found == null) {
            return;
        }
        int kind = random.nextInt(6);
        if (found.isDirectory()) {
            if (depth < 5 && found != directory) {
                change(found, random, depth + 1);
            }
            attempt(() -> TestTree.rmdir(directory, name));
        } else if (kind == 0) {
            TestTree.unlink(directory, name);
        } else if (kind == 1) {
            TestTree.lockedRun(directory, () -> directory.rename(name, found, directory, name + "r", null, 0));
        } else if (kind == 2) {
            TestTree.lockedRun(directory, () -> directory.link(name + "l", found));
        } else if (found instanceof Ext4Regular file) {
            attempt(() -> TestTree.write(file, "z".repeat(3000)));
            attempt(() -> TestTree.lockedRun(file, () -> file.truncate(random.nextInt(100_000))));
            int mode = new int[] {3, 1, 8, 0x20}[random.nextInt(4)];
            int offset = random.nextInt(100_000) & -1024;
            attempt(() -> new Fallocate(file).perform(mode, offset, 20 << 10));
            attempt(() -> file.extents(0, 200_000, (logical, physical, bytes, flags) -> true));
            attempt(() -> file.setXattr("user.another", new byte[random.nextInt(500)], 0));
        }
    }

    // --- rounds ---

    private void round(MemoryDisk pristine, List<Long> blocks, MemoryDisk disk, BlockDevice device, int seed) {
        Random random = new Random(seed);
        disk.bytes.copyFrom(pristine.bytes);
        damage(disk, blocks, random);
        boolean readOnly = random.nextInt(4) == 0;
        String policy = random.nextBoolean() ? "errors=remount-ro" : "errors=continue";
        Ext4Fs fs;
        try {
            fs = Ext4Fs.mount(kernel, "ext4", devices, device, 1, policy, readOnly);
        } catch (ErrnoException e) {
            return;
        }
        use(fs, random);
        if (fs.hasFailed()) {
            assertThat(fs.readOnly()).as(policy).isEqualTo(readOnly || policy.equals("errors=remount-ro"));
        }
        fs.kill();
    }

    private void rounds(Path image) throws IOException {
        MemoryDisk pristine = MemoryDisk.of(image);
        MemoryDisk disk = new MemoryDisk(pristine.size());
        BlockDevice device = devices.attach(disk);
        List<Long> blocks = metadata(pristine);
        for (int seed = FIRST; seed < FIRST + ROUNDS; seed++) {
            int now = seed;
            Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                try {
                    round(pristine, blocks, disk, device, now);
                } catch (RuntimeException | Error e) {
                    throw new AssertionError(image.getFileName() + ", seed " + now, e);
                }
            });
        }
    }

    @Test
    void withoutChecksums() throws IOException {
        rounds(image("plain", "-t ext4 -b 1024 -O ^metadata_csum -N 300 -J size=1 -E nodiscard"));
    }

    @Test
    void withChecksums() throws IOException {
        rounds(image("sums", "-t ext4 -b 1024 -O metadata_csum -N 300 -J size=1"));
    }

    @Test
    void withIndirectBlocks() throws IOException {
        rounds(image("old", "-t ext3 -b 1024 -N 300 -J size=1"));
    }

    @Test
    void withSmallFilesInInodes() throws IOException {
        rounds(image("inline", "-t ext4 -b 1024 -O inline_data,^metadata_csum -N 300 -I 256 -J size=1"));
    }

    private Errno errorOf(Path image, Consumer<Ext4Fs> use) throws IOException {
        Ext4Fs fs = Ext4Fs.mount(kernel, "ext4", devices, devices.attach(MemoryDisk.of(image)), 1, "", true);
        Errno found = TestTree.error(() -> use.accept(fs));
        fs.kill();
        return found;
    }

    @Test
    void anImpossibleSizeIsDamage() throws IOException {
        Path image = image("size", "-t ext4 -b 1024");
        assertThat(host("debugfs -w -R 'set_inode_field /a/big size 0x7000000000000000' " + image))
                .isZero();
        assertThat(errorOf(image, fs -> TestTree.find(fs.root(), "a/big"))).isEqualTo(Errno.EUCLEAN);
    }

    /** A file of holes only may say that it lies in its inode, however long it is. */
    @Test
    void holesInAnInodeAreZero() throws IOException {
        Path tree = dir.resolve("tree");
        Files.createDirectories(tree);
        Files.write(tree.resolve("zeros"), new byte[200_000]);
        Path image = image("zeros", "-t ext4 -b 4096 -O inline_data -I 256");
        String[] found = new String[1];
        assertThat(errorOf(image, fs -> found[0] = TestTree.read(TestTree.find(fs.root(), "zeros"))))
                .isNull();
        assertThat(found[0].equals("\0".repeat(200_000))).isTrue();
    }

    /** An index in which a block that goes on with the hash before is followed by a lower hash: listing would go round. */
    @Test
    void anIndexThatGoesBackIsDamage() throws IOException {
        Path image = image("index", "-t ext4 -b 1024 -O ^metadata_csum -N 300");
        long[] root = new long[1];
        Errno none =
                errorOf(image, fs -> root[0] = ((Ext4Directory) TestTree.find(fs.root(), "many")).indexBlock(0).block);
        assertThat(none).isNull();
        List<Errno> errors = new ArrayList<>();
        MemoryDisk disk = MemoryDisk.of(image);
        MemorySegment index = disk.bytes.asSlice(root[0] * 1024 + 32, 1024 - 32);
        int[] hashes = index.toArray(ValueLayout.JAVA_INT);
        for (int entry = 2; entry + 1 < hashes[0] >>> 16; entry++) {
            index.setAtIndex(ValueLayout.JAVA_INT, 2 * entry, hashes[2 * entry] | 1);
            index.setAtIndex(ValueLayout.JAVA_INT, 2 * entry + 2, hashes[2 * entry - 2]);
            disk.store(image);
            errors.add(errorOf(image, fs -> TestTree.list(TestTree.find(fs.root(), "many"))));
            index.copyFrom(MemorySegment.ofArray(hashes));
        }
        // Some are found in time to go another way.
        assertThat(errors).contains(Errno.EUCLEAN);
    }

    /** A journal to carry out, damaged. */
    @Test
    void withAJournal() throws IOException {
        Path image = image("journal", "-t ext4 -b 1024 -O ^metadata_csum -N 300 -J size=1");
        MemoryDisk disk = MemoryDisk.of(image);
        Ext4Fs fs = Ext4Fs.mount(kernel, "ext4", devices, devices.attach(disk), 1, "", false);
        for (int i = 0; i < 3; i++) {
            left = 50;
            change(fs.root(), new Random(i), 0);
            fs.sync();
        }
        disk.store(image);
        fs.kill();
        rounds(image);
    }
}
