package umlaut.fs.tmpfs;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.fs.tmpfs.VfsFixture.fails;

import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.abi.RenameFlags;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/** Making, removing and renaming names. */
class NamesTest {
    private final VfsFixture f = new VfsFixture();

    private void rename(String from, String to) {
        f.vfs.rename(f.root, from, to, 0);
    }

    @Test
    void kindsOfObjects() {
        f.vfs.mknod(f.root, "/fifo", Mode.S_IFIFO | 0644, 0);
        f.vfs.mknod(f.root, "/null", Mode.S_IFCHR | 0666, DeviceTable.number(1, 3));
        f.vfs.mknod(f.root, "/plain", 0600, 0);
        assertThat(f.inode("/fifo").mode).isEqualTo(Mode.S_IFIFO | 0644);
        assertThat(f.inode("/null").rdev).isEqualTo(0x103);
        assertThat(f.inode("/plain").mode).isEqualTo(Mode.S_IFREG | 0600);
        fails(Errno.EPERM, () -> f.vfs.mknod(f.root, "/dir", Mode.S_IFDIR | 0700, 0));
        fails(Errno.EINVAL, () -> f.vfs.mknod(f.root, "/link", Mode.S_IFLNK | 0700, 0));
        fails(Errno.ENXIO, () -> f.vfs.open(f.root, "/null", OpenFlags.O_RDONLY, 0));
        f.chmod("/", 0777);
        fails(Errno.EPERM, () -> f.vfs.mknod(f.alice, "/zero", Mode.S_IFCHR | 0666, DeviceTable.number(1, 5)));
    }

    @Test
    void whatStandsInTheWay() {
        f.vfs.mkdir(f.root, "/d", 0755);
        f.file("/file");
        fails(Errno.EEXIST, () -> f.vfs.mkdir(f.root, "/d", 0755));
        fails(Errno.EEXIST, () -> f.vfs.mkdir(f.root, "/", 0755));
        fails(Errno.EEXIST, () -> f.vfs.mkdir(f.root, "/d/.", 0755));
        fails(Errno.ENOENT, () -> f.vfs.symlink(f.root, "x", "/new/"));
        fails(Errno.EISDIR, () -> f.vfs.unlink(f.root, "/d"));
        fails(Errno.ENOTDIR, () -> f.vfs.unlink(f.root, "/file/"));
        fails(Errno.ENOTDIR, () -> f.vfs.rmdir(f.root, "/file"));
        fails(Errno.EINVAL, () -> f.vfs.rmdir(f.root, "/d/."));
        fails(Errno.ENOTEMPTY, () -> f.vfs.rmdir(f.root, "/d/.."));
        fails(Errno.EBUSY, () -> f.vfs.rmdir(f.root, "/"));
        f.file("/d/x");
        fails(Errno.ENOTEMPTY, () -> f.vfs.rmdir(f.root, "/d"));
    }

    @Test
    void linksAreCounted() {
        f.file("/a");
        f.vfs.link(f.root, "/a", "/b");
        assertThat(f.inode("/a").nlink).isEqualTo(2);
        assertThat(f.inode("/b")).isSameAs(f.inode("/a"));
        f.vfs.unlink(f.root, "/a");
        assertThat(f.inode("/b").nlink).isEqualTo(1);
        f.vfs.mkdir(f.root, "/d", 0755);
        f.vfs.mkdir(f.root, "/d/e", 0755);
        assertThat(f.inode("/d").nlink).isEqualTo(3);
        fails(Errno.EPERM, () -> f.vfs.link(f.root, "/d", "/dd"));
        f.vfs.rmdir(f.root, "/d/e");
        assertThat(f.inode("/d").nlink).isEqualTo(2);
    }

    @Test
    void renaming() {
        f.file("/a");
        f.file("/b");
        Inode a = f.inode("/a");
        rename("/a", "/b");
        assertThat(f.inode("/b")).isSameAs(a);
        assertThat(f.exists("/a")).isFalse();
        f.vfs.mkdir(f.root, "/d", 0755);
        f.vfs.mkdir(f.root, "/d/e", 0755);
        fails(Errno.EISDIR, () -> rename("/b", "/d"));
        fails(Errno.ENOTDIR, () -> rename("/d", "/b"));
        fails(Errno.EINVAL, () -> rename("/d", "/d/e/x"));
        fails(Errno.ENOTEMPTY, () -> rename("/d/e", "/d"));
        f.vfs.mkdir(f.root, "/g", 0755);
        rename("/d/e", "/g/e");
        assertThat(f.inode("/d").nlink).isEqualTo(2);
        assertThat(f.inode("/g").nlink).isEqualTo(3);
        assertThat(f.vfs.lookup(f.root, "/g/e/..", 0).inode()).isSameAs(f.inode("/g"));
        fails(Errno.EEXIST, () -> f.vfs.rename(f.root, "/b", "/d", RenameFlags.RENAME_NOREPLACE));
        rename("/d", "/g/e");
        assertThat(f.exists("/d")).isFalse();
    }

    @Test
    void exchangingAndWhiteouts() {
        f.vfs.mkdir(f.root, "/p", 0755);
        f.vfs.mkdir(f.root, "/p/d", 0755);
        f.file("/x");
        Inode x = f.inode("/x");
        f.vfs.rename(f.root, "/x", "/p/d", RenameFlags.RENAME_EXCHANGE);
        assertThat(f.inode("/p/d")).isSameAs(x);
        assertThat(f.inode("/x").isDirectory()).isTrue();
        assertThat(f.inode("/p").nlink).isEqualTo(2);
        f.vfs.rename(f.root, "/p/d", "/p/moved", RenameFlags.RENAME_WHITEOUT);
        assertThat(f.inode("/p/moved")).isSameAs(x);
        assertThat(f.inode("/p/d").mode & Mode.S_IFMT).isEqualTo(Mode.S_IFCHR);
        fails(Errno.ENOENT, () -> f.vfs.rename(f.root, "/x", "/none", RenameFlags.RENAME_EXCHANGE));
        fails(
                Errno.EINVAL,
                () -> f.vfs.rename(f.root, "/x", "/p", RenameFlags.RENAME_EXCHANGE | RenameFlags.RENAME_NOREPLACE));
    }

    @Test
    void stickyDirectoriesProtectEntries() {
        f.vfs.mkdir(f.root, "/tmp", 0755);
        f.chmod("/tmp", 01777);
        f.file(f.alice, "/tmp/alice", 0666);
        fails(Errno.EPERM, () -> f.vfs.unlink(f.bob, "/tmp/alice"));
        fails(Errno.EPERM, () -> f.vfs.rename(f.bob, "/tmp/alice", "/tmp/bob", 0));
        f.file(f.bob, "/tmp/bob", 0666);
        fails(Errno.EPERM, () -> f.vfs.rename(f.bob, "/tmp/bob", "/tmp/alice", 0));
        f.vfs.unlink(f.alice, "/tmp/alice");
        f.vfs.unlink(f.root, "/tmp/bob");
        f.chmod("/tmp", 0755);
        fails(Errno.EACCES, () -> f.file(f.alice, "/tmp/new", 0666));
    }

    @Test
    void groupsAreInherited() {
        f.vfs.mkdir(f.root, "/sg", 0755);
        f.chmod("/sg", 02777);
        f.inode("/sg").gid = 77;
        f.vfs.mkdir(f.alice, "/sg/d", 0755);
        f.file(f.alice, "/sg/f", 02775);
        assertThat(f.inode("/sg/d").mode & 07777).isEqualTo(02755);
        assertThat(f.inode("/sg/d").gid).isEqualTo(77);
        // Not a member of the group: no set-group-id program for it.
        assertThat(f.inode("/sg/f").mode & 07777).isEqualTo(0775);
        assertThat(f.inode("/sg/f").gid).isEqualTo(77);
    }

    @Test
    void openFilesOutliveTheirNames() {
        File file = f.vfs.open(f.root, "/x", OpenFlags.O_CREAT | OpenFlags.O_RDWR, 0600);
        VfsFixture.write(file, "kept", 0);
        f.vfs.unlink(f.root, "/x");
        assertThat(VfsFixture.read(file, 0, 10)).isEqualTo("kept");
        long before = f.kernel.pages.allocatedBytes();
        file.release();
        assertThat(f.kernel.pages.allocatedBytes()).isLessThan(before);
    }

    @Test
    void nothingIsMadeInARemovedDirectory() {
        f.vfs.mkdir(f.root, "/d", 0755);
        umlaut.kernel.vfs.Path d = f.vfs.lookup(f.root, "/d", 0);
        // The name is now known not to exist.
        assertThat(f.exists("/d/x")).isFalse();
        f.vfs.rmdir(f.root, "/d");
        fails(Errno.ENOENT, () -> f.file(f.root.at(d), "x", 0600));
        fails(Errno.ENOENT, () -> f.vfs.mkdir(f.root.at(d), "x", 0700));
    }
}
