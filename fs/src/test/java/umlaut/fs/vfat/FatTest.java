package umlaut.fs.vfat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.fs.support.MemoryDisk;
import umlaut.fs.support.TestTree;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/** vfat in memory, on empty file systems that mkfs.vfat 4.2 made. {@code -Dumlaut.damage.rounds=N} for more rounds with flipped bits. */
class FatTest {
    private static final int ROUNDS = Integer.getInteger("umlaut.damage.rounds", 60);

    private final Kernel kernel = TestTree.kernel();
    private final BlockDevices devices = MemoryDisk.devices(kernel);

    private static MemoryDisk disk(String name) throws IOException {
        try (InputStream in = FatTest.class.getResourceAsStream("/umlaut/fs/disk/" + name + ".gz")) {
            byte[] image = new GZIPInputStream(in).readAllBytes();
            MemoryDisk disk = new MemoryDisk(image.length);
            MemorySegment.copy(image, 0, disk.bytes, ValueLayout.JAVA_BYTE, 0, image.length);
            return disk;
        }
    }

    private FatFs mount(BlockDevice device) {
        return new FatFs(kernel, devices, device, 1, FatOptions.of("", null), false, () -> {});
    }

    private static void rename(Inode from, String name, Inode to, String newName) {
        TestTree.lockedRun(
                from, () -> from.rename(name, TestTree.find(from, name), to, newName, TestTree.find(to, newName), 0));
    }

    private static String utf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @Test
    void namesAreKeptAndFoundInAnyCase() throws IOException {
        BlockDevice device = devices.attach(disk("fat12"));
        FatFs fs = mount(device);
        Inode root = fs.root();
        for (String name :
                new String[] {"PLAIN.TXT", "small.txt", "A long name of its own.text", utf8("Größe"), ".dot"}) {
            TestTree.create(root, name, name);
        }
        TestTree.mkdir(root, "Dir");
        rename(root, "small.txt", TestTree.find(root, "dir"), "Moved");
        fs.kill();
        root = mount(device).root();
        assertThat(TestTree.list(root))
                .containsExactly("PLAIN.TXT", "A long name of its own.text", utf8("Größe"), ".dot", "Dir");
        assertThat(TestTree.read(TestTree.find(root, "plain.txt"))).isEqualTo("PLAIN.TXT");
        assertThat(TestTree.find(root, "ALONGN~1.TEX")).isSameAs(TestTree.find(root, "a LONG name of its own.text"));
        assertThat(TestTree.read(TestTree.find(root, "dir/MOVED"))).isEqualTo("small.txt");
        assertThat(root.nlink).isEqualTo(3);
        Inode top = root;
        assertThat(TestTree.error(() -> TestTree.create(top, "a:b", ""))).isEqualTo(Errno.EINVAL);
        assertThat(TestTree.error(() -> TestTree.create(top, "x".repeat(256), "")))
                .isEqualTo(Errno.ENAMETOOLONG);
        assertThat(TestTree.error(() -> TestTree.rmdir(top, "Dir"))).isEqualTo(Errno.ENOTEMPTY);
    }

    @Test
    void modesAreOneBit() throws IOException {
        Inode file = TestTree.create(mount(devices.attach(disk("fat12"))).root(), "f", "");
        AttributeChange change = new AttributeChange();
        change.mask = AttributeChange.MODE;
        change.mode = 0444;
        TestTree.lockedRun(file, () -> file.setAttributes(change));
        assertThat(file.mode & 0777).isEqualTo(0755);
        change.mask = AttributeChange.MODE;
        change.mode = 0555;
        TestTree.lockedRun(file, () -> file.setAttributes(change));
        assertThat(file.mode & 0777).isEqualTo(0555);
        change.mode = 04755;
        assertThat(TestTree.error(() -> file.setAttributes(change))).isEqualTo(Errno.EPERM);
    }

    @Test
    void aFullDiskGivesShortCounts() throws IOException {
        Inode root = mount(devices.attach(disk("fat12"))).root();
        File file = TestTree.open(TestTree.create(root, "f", ""), OpenFlags.O_RDWR);
        long all = 0;
        for (Errno error = null; error == null; ) {
            long at = all;
            long[] wrote = new long[1];
            error = TestTree.error(() -> wrote[0] = TestTree.write(file, "x".repeat(100_000), at));
            all += wrote[0];
        }
        assertThat(root.superBlock.statfs().free()).isZero();
        assertThat(file.inode().size).isEqualTo(all).isGreaterThan(1_400_000);
        file.release();
        TestTree.unlink(root, "f");
        assertThat(root.superBlock.statfs().free() * 512).isEqualTo(all);
    }

    /** Files made, written, cut, moved and removed at random, held against a copy, also after the next mount. */
    @ParameterizedTest
    @ValueSource(strings = {"fat12", "fat16", "fat32"})
    void whatIsDoneStays(String name) throws IOException {
        BlockDevice device = devices.attach(disk(name));
        FatFs fs = mount(device);
        Random random = new Random(8);
        Map<String, StringBuilder> model = new HashMap<>();
        Inode[] directories = {fs.root(), TestTree.mkdir(fs.root(), "one"), TestTree.mkdir(fs.root(), "two")};
        String[] paths = {"", "one/", "two/"};
        for (int i = 0; i < 2000; i++) {
            int d = random.nextInt(3);
            String file = "File number " + random.nextInt(60);
            StringBuilder data = model.get(paths[d] + file);
            int kind = random.nextInt(6);
            if (data == null) {
                TestTree.create(directories[d], file, "");
                model.put(paths[d] + file, new StringBuilder());
            } else if (kind == 0) {
                TestTree.unlink(directories[d], file);
                model.remove(paths[d] + file);
            } else if (kind == 1) {
                int length = random.nextInt(6000);
                Inode inode = TestTree.find(directories[d], file);
                TestTree.lockedRun(inode, () -> inode.truncate(length));
                data.setLength(length);
            } else if (kind == 2) {
                int to = random.nextInt(3);
                String target = "File number " + random.nextInt(60);
                if (!(paths[d] + file).equals(paths[to] + target)) {
                    Inode replaced = TestTree.find(directories[to], target);
                    rename(directories[d], file, directories[to], target);
                    if (replaced != null) {
                        replaced.evictIfUnused();
                    }
                    model.put(paths[to] + target, model.remove(paths[d] + file));
                }
            } else {
                int at = random.nextInt(4000);
                String text = String.valueOf((char) ('a' + i % 26)).repeat(random.nextInt(3000));
                File open = TestTree.open(TestTree.find(directories[d], file), OpenFlags.O_RDWR);
                TestTree.write(open, text, at);
                open.release();
                data.setLength(Math.max(data.length(), text.isEmpty() ? 0 : at + text.length()));
                data.replace(at, text.isEmpty() ? at : at + text.length(), text);
            }
        }
        fs.kill();
        Inode root = mount(device).root();
        int found = TestTree.list(root).size() - 2;
        for (String path : new String[] {"one", "two"}) {
            found += TestTree.list(TestTree.find(root, path)).size();
        }
        assertThat(found).isEqualTo(model.size());
        model.forEach((path, data) ->
                assertThat(TestTree.read(TestTree.find(root, path))).as(path).isEqualTo(data.toString()));
    }

    @Test
    void damageIsAnErrorAndNoMore() throws IOException {
        MemoryDisk disk = disk("fat12");
        BlockDevice device = devices.attach(disk);
        FatFs fs = mount(device);
        for (int i = 0; i < 30; i++) {
            TestTree.create(TestTree.mkdir(fs.root(), "directory " + i), "a file", "x".repeat(i * 300));
        }
        fs.kill();
        byte[] image = disk.bytes.toArray(ValueLayout.JAVA_BYTE);
        for (int seed = 1; seed <= ROUNDS; seed++) {
            Random random = new Random(seed);
            MemorySegment.copy(image, 0, disk.bytes, ValueLayout.JAVA_BYTE, 0, image.length);
            for (int flips = 1 + random.nextInt(10); flips > 0; flips--) {
                int at = random.nextInt(random.nextBoolean() ? 64 : 40_000);
                disk.bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (image[at] ^ 1 << random.nextInt(8)));
            }
            Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> use(device), "seed " + seed);
        }
    }

    private void use(BlockDevice device) {
        try {
            FatFs fs = mount(device);
            Inode root = fs.root();
            for (String name : TestTree.list(root)) {
                attempt(() -> useOne(TestTree.find(root, name)));
            }
            fs.kill();
        } catch (ErrnoException e) {
            // As it should be.
        }
    }

    private static void useOne(@Nullable Inode directory) {
        Inode file = directory != null && directory.isDirectory() ? TestTree.find(directory, "a file") : null;
        if (file != null && file.isRegular()) {
            attempt(() -> TestTree.read(file));
            attempt(() -> TestTree.write(file, "y".repeat(5000)));
            attempt(() -> TestTree.unlink(directory, "a file"));
            attempt(() -> TestTree.create(directory, "another", "z"));
        }
    }

    private static void attempt(Runnable action) {
        try {
            action.run();
        } catch (ErrnoException e) {
            // As it should be.
        }
    }
}
