package umlaut.fs.tmpfs;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.fs.tmpfs.VfsFixture.fails;

import java.util.List;
import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Fcntl;
import umlaut.abi.OpenFlags;
import umlaut.abi.Seek;
import umlaut.abi.XattrFlags;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.SuperBlock;

/** tmpfs(5). */
class TmpFsTest {
    private final VfsFixture f = new VfsFixture();

    private File create(String path) {
        return f.vfs.open(f.root, path, OpenFlags.O_CREAT | OpenFlags.O_RDWR, 0644);
    }

    private SuperBlock mount(String path, String options) {
        f.vfs.mkdir(f.root, path, 0755);
        return f.vfs.mount(f.root, "t", path, "tmpfs", 0, options).superBlock;
    }

    @Test
    void options() {
        SuperBlock fs = mount("/m", "size=64k,nr_inodes=5,mode=750,uid=3,gid=4");
        assertThat(fs.showOptions()).isEqualTo(",size=64k,nr_inodes=5,mode=750,uid=3,gid=4");
        assertThat(f.inode("/m").mode & 07777).isEqualTo(0750);
        assertThat(f.inode("/m").uid).isEqualTo(3);
        assertThat(fs.statfs().blocks()).isEqualTo(16);
        fs.remount("size=128k");
        assertThat(fs.statfs().blocks()).isEqualTo(32);
        fails(Errno.EINVAL, () -> fs.remount("size=x"));
    }

    @Test
    void limits() {
        SuperBlock fs = mount("/m", "size=16k,nr_inodes=4");
        File file = create("/m/a");
        assertThat(VfsFixture.write(file, "x".repeat(16384), 0)).isEqualTo(16384);
        assertThat(fs.statfs().free()).isZero();
        fails(Errno.ENOSPC, () -> VfsFixture.write(file, "x", 16384));
        file.inode().truncate(4096);
        assertThat(VfsFixture.write(file, "x", 4096)).isEqualTo(1);
        f.file("/m/b");
        f.vfs.link(f.root, "/m/b", "/m/c");
        fails(Errno.ENOSPC, () -> f.file("/m/d"));
        f.vfs.unlink(f.root, "/m/b");
        f.file("/m/d");
        assertThat(fs.statfs().filesFree()).isZero();
        fails(Errno.EINVAL, () -> fs.remount("size=4k"));
    }

    @Test
    void dataHolesAndSizes() {
        File file = create("/sparse");
        VfsFixture.write(file, "end", 100_000);
        Inode inode = file.inode();
        inode.refresh();
        assertThat(inode.size).isEqualTo(100_003);
        assertThat(inode.blocks).isEqualTo(8);
        assertThat(VfsFixture.read(file, 99_998, 100)).isEqualTo("\0\0end");
        assertThat(file.seek(0, Seek.SEEK_DATA)).isEqualTo(98_304);
        assertThat(file.seek(98_304, Seek.SEEK_HOLE)).isEqualTo(100_003);
        fails(Errno.ENXIO, () -> file.seek(200_000, Seek.SEEK_DATA));
        file.allocate(0, 0, 8192);
        inode.refresh();
        assertThat(inode.blocks).isEqualTo(24);
        file.allocate(Fcntl.FALLOC_FL_PUNCH_HOLE | Fcntl.FALLOC_FL_KEEP_SIZE, 0, 200_000);
        inode.refresh();
        assertThat(inode.blocks).isZero();
        assertThat(inode.size).isEqualTo(100_003);
    }

    @Test
    void listingsStandChanges() {
        f.vfs.mkdir(f.root, "/d", 0755);
        for (int i = 0; i < 50; i++) {
            f.file("/d/f" + i);
        }
        VfsFixture.Listing listing = f.listing("/d", 10);
        listing.more();
        for (int i = 5; i < 50; i++) {
            f.vfs.unlink(f.root, "/d/f" + i);
        }
        for (int i = 0; i < 20; i++) {
            f.file("/d/new" + i);
        }
        for (int calls = 0; calls < 10; calls++) {
            listing.more();
        }
        List<String> names = listing.names;
        assertThat(names).doesNotHaveDuplicates().startsWith(".", "..", "f49");
        assertThat(names).contains("f0", "f1", "f2", "f3", "f4");
        assertThat(names).doesNotContain("f20", "f30");
    }

    @Test
    void sizesOfDirectories() {
        f.vfs.mkdir(f.root, "/d", 0755);
        assertThat(f.inode("/d").size).isEqualTo(40);
        f.file("/d/x");
        assertThat(f.inode("/d").size).isEqualTo(60);
        f.vfs.unlink(f.root, "/d/x");
        assertThat(f.inode("/d").size).isEqualTo(40);
    }

    @Test
    void extendedAttributes() {
        f.file("/x");
        Inode x = f.inode("/x");
        x.setXattr("user.a", new byte[] {1}, 0);
        x.setXattr("user.b", new byte[] {2}, XattrFlags.XATTR_CREATE);
        fails(Errno.EEXIST, () -> x.setXattr("user.a", new byte[0], XattrFlags.XATTR_CREATE));
        fails(Errno.ENODATA, () -> x.setXattr("user.c", new byte[0], XattrFlags.XATTR_REPLACE));
        assertThat(x.getXattr("user.b")).containsExactly(2);
        assertThat(x.listXattr()).containsExactlyInAnyOrder("user.a", "user.b");
        x.removeXattr("user.a");
        fails(Errno.ENODATA, () -> x.removeXattr("user.a"));
        assertThat(x.getXattr("user.a")).isNull();
    }

    @Test
    void allMemoryComesBack() {
        long before = f.kernel.pages.allocatedBytes();
        for (int i = 0; i < 20; i++) {
            File file = create("/t" + i);
            VfsFixture.write(file, "x".repeat(5000), i * 3000L);
            file.release();
        }
        for (int i = 0; i < 20; i++) {
            f.vfs.unlink(f.root, "/t" + i);
        }
        assertThat(f.kernel.pages.allocatedBytes()).isEqualTo(before);
    }

    @Test
    void writesByManyThreadsAllArrive() throws Exception {
        File file = create("/shared");
        Thread[] writers = new Thread[4];
        for (int t = 0; t < writers.length; t++) {
            int id = t;
            writers[t] = new Thread(() -> {
                for (int i = 0; i < 200; i++) {
                    VfsFixture.write(file, "" + id, (long) i * 4 + id);
                }
            });
            writers[t].start();
        }
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(VfsFixture.read(file, 0, 1000)).isEqualTo("0123".repeat(200));
    }

    @Test
    void namesMadeByManyThreadsAreMadeOnce() throws Exception {
        java.util.concurrent.atomic.AtomicInteger won = new java.util.concurrent.atomic.AtomicInteger();
        Thread[] makers = new Thread[4];
        for (int t = 0; t < makers.length; t++) {
            makers[t] = new Thread(() -> {
                for (int i = 0; i < 300; i++) {
                    try {
                        f.vfs.mkdir(f.root, "/n" + i, 0755);
                        won.incrementAndGet();
                    } catch (ErrnoException e) {
                        assertThat(e.errno()).isEqualTo(Errno.EEXIST);
                    }
                }
            });
            makers[t].start();
        }
        for (Thread maker : makers) {
            maker.join();
        }
        assertThat(won.get()).isEqualTo(300);
        assertThat(f.inode("/").nlink).isEqualTo(302);
    }
}
