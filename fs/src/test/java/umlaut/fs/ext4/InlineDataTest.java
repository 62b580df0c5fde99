package umlaut.fs.ext4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import umlaut.abi.Errno;
import umlaut.abi.OpenFlags;
import umlaut.fs.support.MemoryDisk;
import umlaut.fs.support.TestTree;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/** Small files and directories that lie in their inodes: what is changed gets blocks, and the host's e2fsck finds all of it right. */
class InlineDataTest {
    @TempDir
    Path dir;

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

    private Path image() throws IOException {
        assumeTrue(host("command -v mke2fs && command -v e2fsck") == 0, "needs e2fsprogs on the host");
        Path tree = dir.resolve("tree");
        Files.createDirectories(tree.resolve("small"));
        Files.createDirectories(tree.resolve("other/inner"));
        Files.writeString(tree.resolve("tiny"), "tiny");
        Files.writeString(tree.resolve("longer"), "l".repeat(150));
        Files.writeString(tree.resolve("cut"), "c".repeat(140));
        Files.writeString(tree.resolve("gone"), "g");
        for (int i = 0; i < 3; i++) {
            Files.writeString(tree.resolve("small/name" + i), "" + i);
        }
        Path image = dir.resolve("image");
        try (RandomAccessFile f = new RandomAccessFile(image.toFile(), "rw")) {
            f.setLength(16 << 20);
        }
        assertThat(host("mke2fs -q -F -t ext4 -b 1024 -O inline_data -I 256 -d " + tree + " " + image))
                .isZero();
        return image;
    }

    private static void append(Inode file, String text) {
        File open = TestTree.open(file, OpenFlags.O_RDWR);
        TestTree.write(open, text, file.size);
        open.release();
    }

    @Test
    void whatIsChangedGetsBlocks() throws IOException {
        Path image = image();
        MemoryDisk disk = MemoryDisk.of(image);
        Kernel kernel = TestTree.kernel();
        var devices = MemoryDisk.devices(kernel);
        var device = devices.attach(disk);
        Ext4Fs fs = Ext4Fs.mount(kernel, "ext4", devices, device, 1, "", false);
        Inode root = fs.root();
        Inode small = TestTree.find(root, "small");
        assertThat(((Ext4Inode) small).has(Ext4Inode.INLINE_DATA_FL)).isTrue();
        append(TestTree.find(root, "tiny"), "+");
        append(TestTree.find(root, "longer"), "m".repeat(5000));
        Inode cut = TestTree.find(root, "cut");
        TestTree.lockedRun(cut, () -> cut.truncate(100));
        TestTree.unlink(root, "gone");
        assertThat(TestTree.error(() -> TestTree.rmdir(root, "small"))).isEqualTo(Errno.ENOTEMPTY);
        TestTree.create(small, "fresh", "fresh");
        TestTree.unlink(small, "name1");
        Inode other = TestTree.find(root, "other");
        TestTree.lockedRun(other, () -> other.rename("inner", TestTree.find(other, "inner"), small, "moved", null, 0));
        TestTree.rmdir(root, "other");
        fs.kill();
        disk.store(image);
        assertThat(host("e2fsck -fn " + image)).isZero();
        requireChanged(kernel, image);
    }

    private static void requireChanged(Kernel kernel, Path image) throws IOException {
        var devices = MemoryDisk.devices(TestTree.kernel());
        Ext4Fs fs = Ext4Fs.mount(kernel, "ext4", devices, devices.attach(MemoryDisk.of(image)), 1, "", true);
        Inode root = fs.root();
        assertThat(TestTree.list(root)).containsExactlyInAnyOrder("lost+found", "small", "tiny", "longer", "cut");
        assertThat(TestTree.read(TestTree.find(root, "tiny"))).isEqualTo("tiny+");
        assertThat(TestTree.read(TestTree.find(root, "longer"))).isEqualTo("l".repeat(150) + "m".repeat(5000));
        assertThat(TestTree.read(TestTree.find(root, "cut"))).isEqualTo("c".repeat(100));
        assertThat(TestTree.list(TestTree.find(root, "small")))
                .containsExactlyInAnyOrder("name0", "name2", "fresh", "moved");
        assertThat(TestTree.read(TestTree.find(root, "small/name2"))).isEqualTo("2");
        fs.kill();
    }
}
