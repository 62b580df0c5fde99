package umlaut.fs.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.fs.erofs.ErofsType;
import umlaut.fs.iso9660.IsoType;
import umlaut.fs.squashfs.SquashfsType;
import umlaut.fs.support.MemoryDisk;
import umlaut.fs.support.TestTree;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.SuperBlock;

/**
 * Small images, all of the same tree, made by mksquashfs 4.5, mkfs.erofs 1.5 and genisoimage 1.1: hello, hard (a link to it), holes, Größe, dir/numbers, dir/inner/link and forty names of
 * some length. What they hold is found, and bits flipped in them are errors and no more. {@code -Dumlaut.damage.rounds=N} for more of these.
 */
class ReadOnlyFsTest {
    private static final int ROUNDS = Integer.getInteger("umlaut.damage.rounds", 60);

    private final Kernel kernel = TestTree.kernel();
    private final BlockDevices devices = MemoryDisk.devices(kernel);

    private static byte[] image(String name) throws IOException {
        try (InputStream in = ReadOnlyFsTest.class.getResourceAsStream(name + ".gz")) {
            return new GZIPInputStream(in).readAllBytes();
        }
    }

    private static MemoryDisk disk(byte[] image) {
        MemoryDisk disk = new MemoryDisk(image.length + 511 & ~511L);
        MemorySegment.copy(image, 0, disk.bytes, ValueLayout.JAVA_BYTE, 0, image.length);
        return disk;
    }

    private SuperBlock mount(String name, BlockDevice device) {
        Function<BlockDevices, DiskType> type = name.startsWith("squashfs")
                ? SquashfsType::new
                : name.startsWith("erofs") ? ErofsType::new : IsoType::new;
        return type.apply(devices).open(kernel, device, 1, "", true, () -> {});
    }

    private static String utf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "squashfs-gzip",
                "squashfs-xz",
                "squashfs-zstd",
                "squashfs-lz4",
                "squashfs-lzo",
                "erofs",
                "erofs-chunks",
                "iso-rock",
                "iso-joliet"
            })
    void whatIsInItIsFound(String name) throws IOException {
        Inode root = mount(name, devices.attach(disk(image(name)))).root();
        boolean posix = !name.equals("iso-joliet");
        assertThat(TestTree.list(root)).containsExactlyInAnyOrder("hello", "hard", "holes", utf8("Größe"), "dir");
        assertThat(TestTree.list(TestTree.find(root, "dir"))).hasSize(42).contains("a-name-longer-than-eight-17");
        assertThat(TestTree.read(TestTree.find(root, "hello"))).isEqualTo("hello\n");
        String numbers = IntStream.rangeClosed(1, 3000).mapToObj(i -> i + "\n").collect(Collectors.joining());
        assertThat(TestTree.read(TestTree.find(root, "dir/numbers"))).isEqualTo(numbers);
        assertThat(TestTree.read(TestTree.find(root, "holes")))
                .isEqualTo("\0".repeat(299_990) + "end" + "\0".repeat(7));
        assertThat(TestTree.find(root, "none")).isNull();
        if (posix) {
            assertThat(TestTree.find(root, "dir/inner/link").readlink(null)).isEqualTo("../hello");
            assertThat(TestTree.find(root, "hello").mode & 0777).isEqualTo(name.startsWith("iso") ? 0444 : 0644);
            assertThat(TestTree.find(root, "hello").nlink).isEqualTo(2);
        }
        if (!name.startsWith("iso")) {
            assertThat(TestTree.find(root, "hard")).isSameAs(TestTree.find(root, "hello"));
            assertThat(TestTree.find(root, "hello").getXattr("user.color"))
                    .isEqualTo("green".getBytes(StandardCharsets.UTF_8));
        }
        if (posix && !name.equals("erofs")) {
            assertThat(TestTree.find(root, "hello").mtime).isEqualTo(1_000_000_000L * 1_000_000_000L);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "squashfs-gzip",
                "squashfs-zstd",
                "squashfs-lz4",
                "erofs",
                "erofs-chunks",
                "iso-rock",
                "iso-joliet"
            })
    void damageIsAnErrorAndNoMore(String name) throws IOException {
        byte[] image = image(name);
        List<Integer> used = new ArrayList<>();
        for (int i = 0; i < image.length; i++) {
            if (image[i] != 0) {
                used.add(i);
            }
        }
        MemoryDisk disk = disk(image);
        BlockDevice device = devices.attach(disk);
        for (int seed = 1; seed <= ROUNDS; seed++) {
            Random random = new Random(seed);
            MemorySegment.copy(image, 0, disk.bytes, ValueLayout.JAVA_BYTE, 0, image.length);
            for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
                // Much of the metadata is at one of the ends.
                int from = random.nextInt(3) == 0 ? 0 : random.nextInt(used.size());
                int at = used.get((int) Math.min(used.size() - 1L, from + random.nextInt(40)));
                disk.bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (image[at] ^ 1 << random.nextInt(8)));
            }
            Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(20), () -> readAll(name, device), name + ", seed " + seed);
        }
    }

    private void readAll(String name, BlockDevice device) {
        try {
            SuperBlock fs = mount(name, device);
            fs.statfs();
            read(fs.root(), new int[] {300}, 0);
            fs.kill();
        } catch (ErrnoException e) {
            // As it should be.
        }
    }

    private static void read(Inode inode, int[] left, int depth) {
        if (left[0]-- <= 0 || depth > 10) {
            return;
        }
        try {
            for (String attribute : inode.listXattr()) {
                inode.getXattr(attribute);
            }
            if (inode.isSymlink()) {
                inode.readlink(null);
            } else if (inode.isRegular()) {
                TestTree.read(inode);
            }
            for (String entry : Mode.isDir(inode.mode) ? TestTree.list(inode) : List.<String>of()) {
                Inode found = TestTree.find(inode, entry.replace('/', '_'));
                if (found != null) {
                    read(found, left, depth + 1);
                }
            }
        } catch (ErrnoException e) {
            // As it should be.
        }
    }
}
