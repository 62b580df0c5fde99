package umlaut.fs.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.abi.OpenFlags;
import umlaut.fs.disk.Bytes;
import umlaut.fs.support.MemoryDisk;
import umlaut.fs.support.TestTree;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/** When blocks that were given back serve again, where small transactions lie in the journal, and what in it is refused. */
class TransactionTest {
    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[4096]);

    private final MemoryDisk disk = new MemoryDisk(256 << 20);
    private final Ext4Fs fs = mount();
    private final Inode root = fs.root();

    private Ext4Fs mount() {
        Mkfs.format(disk, 16384, "", UUID.randomUUID(), 0);
        Kernel kernel = TestTree.kernel();
        var devices = MemoryDisk.devices(kernel);
        return Ext4Fs.mount(kernel, "ext4", devices, devices.attach(disk), 1, "", false);
    }

    private Set<Long> write(Inode inode, int blocks) {
        File file = TestTree.open(inode, OpenFlags.O_RDWR);
        TestTree.write(file, "x".repeat(4096 * blocks), 0);
        file.release();
        Set<Long> places = new HashSet<>();
        BlockMap.Piece piece = new BlockMap.Piece();
        for (int i = 0; i < blocks; i++) {
            ((Ext4Inode) inode).map().find(i, piece);
            places.add(piece.physical);
        }
        return places;
    }

    @Test
    void blocksOfTheRunningTransactionServeAgainAtOnceOthersWhenTheNextIsCommitted() {
        Inode file = TestTree.create(root, "file", "");
        Set<Long> first = write(file, 20);
        TestTree.lockedRun(file, () -> file.truncate(0));
        assertThat(write(file, 20))
                .as("taken and given back in one transaction")
                .isEqualTo(first);
        fs.sync();
        TestTree.lockedRun(file, () -> file.truncate(0));
        Set<Long> second = write(file, 20);
        assertThat(second).as("a crash may still bring the old file back").doesNotContainAnyElementsOf(first);
        // Half is as old as the last commit, half is new.
        TestTree.lockedRun(file, () -> file.truncate(0));
        assertThat(write(file, 20)).isEqualTo(second);
        fs.sync();
        TestTree.lockedRun(file, () -> file.truncate(10 * 4096));
        Set<Long> tail = write(file, 30);
        tail.removeAll(second);
        assertThat(tail).hasSize(20);
        fs.sync();
        TestTree.lockedRun(file, () -> file.truncate(0));
        fs.sync();
        assertThat(write(file, 20)).as("free again").isEqualTo(first);
        fs.kill();
    }

    private void mountAgain() {
        Kernel kernel = TestTree.kernel();
        var devices = MemoryDisk.devices(kernel);
        Ext4Fs.mount(kernel, "ext4", devices, devices.attach(disk), 1, "", false)
                .kill();
    }

    private long journalSuperblock() {
        for (long at = 0; at < disk.size(); at += 4096) {
            byte[] block = disk.bytes.asSlice(at, 4096).toArray(ValueLayout.JAVA_BYTE);
            if (Bytes.be32(block, 0) == JournalFormat.MAGIC && Bytes.be32(block, 4) == 4) {
                return at;
            }
        }
        throw new AssertionError("no journal");
    }

    @Test
    void fastCommitsAreNotCarriedOutButSaid() {
        TestTree.create(root, "file", "text");
        fs.sync();
        long at = journalSuperblock();
        JournalFormat journal = new JournalFormat(disk.bytes.asSlice(at, 4096).toArray(ValueLayout.JAVA_BYTE), 4096);
        int next = Bytes.be32(journal.superblock, JournalFormat.S_SEQUENCE) + 1;
        int features = Bytes.be32(journal.superblock, JournalFormat.S_INCOMPAT);
        Bytes.putBe32(journal.superblock, JournalFormat.S_INCOMPAT, features | JournalFormat.INCOMPAT_FAST_COMMIT);
        journal.sealSuper();
        disk.bytes.asSlice(at, 4096).copyFrom(MemorySegment.ofArray(journal.superblock));
        // The head tag (9, 8 bytes) of a fast commit that follows the last transaction: refused; one that is older:
        // nothing.
        byte[] head = {9, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        MemorySegment place = disk.bytes.asSlice(at + 4096L * journal.end(), head.length);
        Bytes.put32(head, 8, next);
        place.copyFrom(MemorySegment.ofArray(head));
        assertThat(TestTree.error(this::mountAgain)).isEqualTo(Errno.EOPNOTSUPP);
        Bytes.put32(head, 8, next - 1);
        place.copyFrom(MemorySegment.ofArray(head));
        mountAgain();
    }

    private long pagesWithData() {
        long pages = 0;
        for (long at = 0; at < disk.size(); at += 4096) {
            var page = disk.bytes.asSlice(at, 4096);
            pages += page.mismatch(ZEROS) < 0 ? 0 : 1;
        }
        return pages;
    }

    @Test
    void smallTransactionsUseTheBeginningOfTheJournalAgain() {
        Inode file = TestTree.create(root, "file", "");
        fs.sync();
        long before = pagesWithData();
        for (int i = 0; i < 2000; i++) {
            int mode = i;
            TestTree.lockedRun(file, () -> file.touch(umlaut.kernel.vfs.AttributeChange.MTIME, mode));
            fs.sync();
        }
        assertThat(pagesWithData() - before).isBetween(500L, 1100L);
        fs.kill();
    }
}
