package umlaut.fs.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import umlaut.block.BlockBackend;
import umlaut.fs.support.MemoryDisk;
import umlaut.fs.support.TestTree;
import umlaut.kernel.Kernel;

/** Buffers that a commit has yet to write must not be forgotten: the disk has old ones. */
class BufferCacheTest {
    private static final int BLOCK = 4096;

    /** A disk whose writes can be held up. */
    private static final class SlowDisk implements BlockBackend {
        private final MemoryDisk disk = new MemoryDisk(64 << 20);
        private final CountDownLatch writing = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private volatile boolean slow;

        @Override
        public long size() {
            return disk.size();
        }

        @Override
        public boolean readOnly() {
            return false;
        }

        @Override
        public void read(MemorySegment to, long start, long length, long position) {
            disk.read(to, start, length, position);
        }

        @Override
        public void write(MemorySegment from, long start, long length, long position) {
            if (slow) {
                writing.countDown();
                try {
                    assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            disk.write(from, start, length, position);
        }

        @Override
        public void flush() {}

        @Override
        public void discard(long position, long length) {
            disk.discard(position, length);
        }

        @Override
        public void close() {}
    }

    @Test
    void whatIsBeingCommittedStays() throws InterruptedException {
        SlowDisk slow = new SlowDisk();
        Mkfs.format(slow, 16 << 10, "test", new UUID(1, 2), 0);
        Kernel kernel = TestTree.kernel();
        var devices = MemoryDisk.devices(kernel);
        Ext4Fs fs = Ext4Fs.mount(kernel, "ext4", devices, devices.attach(slow), 1, "", false);
        TestTree.mkdir(fs.root(), "before");
        fs.sync();
        TestTree.mkdir(fs.root(), "while the commit is written");
        slow.slow = true;
        Thread committer = new Thread(fs::sync);
        committer.start();
        assertThat(slow.writing.await(20, TimeUnit.SECONDS)).isTrue();
        // More blocks than there is room for, twice: the second chance is gone, too.
        for (int round = 0; round < 2; round++) {
            for (long block = 1; block < slow.size() / BLOCK; block++) {
                fs.cache.get(block);
            }
            fs.journal().shrink();
        }
        List<String> found = TestTree.list(fs.root());
        slow.slow = false;
        slow.goOn.countDown();
        committer.join();
        fs.kill();
        assertThat(found).contains("before", "while the commit is written");
    }
}
