package umlaut.fs.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.OpenFlags;
import umlaut.fs.support.MemoryDisk;
import umlaut.fs.support.TestTree;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.File;

/** Where files lie, and ranges that are put in, taken out, allocated and zeroed, on a file system in memory. */
class ExtentsTest {
    private static final int BLOCK = 4096;

    private final Kernel kernel = TestTree.kernel();
    private final Ext4Fs fs = make();
    private final Ext4Regular file = (Ext4Regular) TestTree.create(fs.root(), "file", "");
    private final File open = TestTree.open(file, OpenFlags.O_RDWR);

    private Ext4Fs make() {
        MemoryDisk disk = new MemoryDisk(64 << 20);
        Mkfs.format(disk, 16 << 10, "test", new UUID(1, 2), 0);
        var devices = MemoryDisk.devices(kernel);
        return Ext4Fs.mount(kernel, "ext4", devices, devices.attach(disk), 1, "", false);
    }

    @AfterEach
    void unmount() {
        open.release();
        fs.kill();
    }

    /** "logical+blocks", "u" behind those that are not written. */
    private List<String> extents(long start, long length) {
        List<String> found = new ArrayList<>();
        file.extents(start, length, (logical, physical, bytes, flags) -> {
            assertThat(physical).isPositive();
            found.add(logical / BLOCK + "+" + bytes / BLOCK + (flags != 0 ? "u" : ""));
            return true;
        });
        return found;
    }

    private Errno allocate(int mode, long block, long count) {
        return TestTree.error(() -> open.allocate(mode, block * BLOCK, count * BLOCK));
    }

    @Test
    void extentsAreTold() {
        TestTree.write(open, "x".repeat(3 * BLOCK), 0);
        TestTree.write(open, "y", 10 * BLOCK);
        assertThat(allocate(Fcntl.FALLOC_FL_KEEP_SIZE, 20, 5)).isNull();
        assertThat(extents(0, Long.MAX_VALUE)).containsExactly("0+3", "10+1", "20+5u");
        assertThat(extents(BLOCK + 5, 12 * BLOCK)).containsExactly("1+2", "10+1");
        assertThat(extents(4 * BLOCK, BLOCK)).isEmpty();
    }

    @Test
    void rangesArePutInAndTakenOut() {
        TestTree.write(open, "a".repeat(2 * BLOCK) + "b".repeat(2 * BLOCK) + "c", 0);
        assertThat(allocate(Fcntl.FALLOC_FL_INSERT_RANGE, 1, 3)).isNull();
        assertThat(extents(0, Long.MAX_VALUE)).containsExactly("0+1", "4+4");
        assertThat(TestTree.read(open))
                .isEqualTo(
                        "a".repeat(BLOCK) + "\0".repeat(3 * BLOCK) + "a".repeat(BLOCK) + "b".repeat(2 * BLOCK) + "c");
        assertThat(allocate(Fcntl.FALLOC_FL_COLLAPSE_RANGE, 1, 4)).isNull();
        assertThat(TestTree.read(open)).isEqualTo("a".repeat(BLOCK) + "b".repeat(2 * BLOCK) + "c");
        assertThat(file.size).isEqualTo(3 * BLOCK + 1);
        assertThat(file.blocks).isEqualTo(4 * 8);
    }

    @Test
    void whatCannotBeMovedIsRefused() {
        TestTree.write(open, "x".repeat(3 * BLOCK), 0);
        assertThat(allocate(Fcntl.FALLOC_FL_COLLAPSE_RANGE, 1, 2)).isEqualTo(Errno.EINVAL);
        assertThat(allocate(Fcntl.FALLOC_FL_INSERT_RANGE, 3, 1)).isEqualTo(Errno.EINVAL);
        assertThat(TestTree.error(() -> open.allocate(Fcntl.FALLOC_FL_INSERT_RANGE, 100, BLOCK)))
                .isEqualTo(Errno.EINVAL);
        assertThat(allocate(Fcntl.FALLOC_FL_INSERT_RANGE, 1, 0xffff_ffffL)).isEqualTo(Errno.EFBIG);
    }

    /** Many small pieces, so that the tree has leaves that split and go, held against a copy. */
    @Test
    void manyRangesMoveAsTheyShould() {
        Random random = new Random(5);
        StringBuilder model = new StringBuilder();
        for (int i = 0; i < 900; i++) {
            int blocks = model.length() / BLOCK;
            int at = blocks == 0 ? 0 : random.nextInt(blocks);
            int count = 1 + random.nextInt(3);
            int kind = random.nextInt(4);
            if (kind == 0 || blocks < 4) {
                String text = String.valueOf((char) ('a' + i % 26)).repeat(BLOCK);
                TestTree.write(open, text, (long) at * BLOCK);
                model.replace(at * BLOCK, Math.min(model.length(), (at + 1) * BLOCK), text);
            } else if (kind == 1 && at + count < blocks) {
                assertThat(allocate(Fcntl.FALLOC_FL_COLLAPSE_RANGE, at, count)).isNull();
                model.delete(at * BLOCK, (at + count) * BLOCK);
            } else if (blocks < 250) {
                assertThat(allocate(Fcntl.FALLOC_FL_INSERT_RANGE, at, count)).isNull();
                model.insert(at * BLOCK, "\0".repeat(count * BLOCK));
                fs.sync();
            }
        }
        assertThat(TestTree.read(open).equals(model.toString())).isTrue();
        List<String> before = extents(0, Long.MAX_VALUE);
        fs.sync();
        file.dropMap();
        assertThat(extents(0, Long.MAX_VALUE)).isEqualTo(before);
    }
}
