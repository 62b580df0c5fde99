package umlaut.fs.tmpfs;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.fs.tmpfs.VfsFixture.fails;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.abi.MountFlags;
import umlaut.abi.OpenFlags;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.FsContext;
import umlaut.kernel.vfs.Mount;
import umlaut.kernel.vfs.MountNamespace;
import umlaut.kernel.vfs.Path;

/** The tree of mounts. */
class MountTest {
    private final VfsFixture f = new VfsFixture();

    @BeforeEach
    void directories() {
        for (String name : new String[] {"/a", "/b", "/c"}) {
            f.vfs.mkdir(f.root, name, 0755);
        }
    }

    private Path at(String path) {
        return f.vfs.lookup(f.root, path, 0);
    }

    private void mount(String target) {
        f.vfs.mount(f.root, "src", target, "tmpfs", 0, "");
    }

    private void bind(String from, String to, boolean recursive) {
        f.vfs.mounts().bind(at(from), at(to), recursive, f.vfs.namespace());
    }

    private void unmount(String target, boolean lazy) {
        f.vfs.mounts().unmount(at(target).mount(), lazy, false, f.vfs.namespace());
    }

    @Test
    void mountingHidesAndUnmountingShows() {
        f.file("/a/under");
        mount("/a");
        assertThat(f.exists("/a/under")).isFalse();
        f.file("/a/over");
        fails(Errno.EBUSY, () -> f.vfs.rmdir(f.root, "/a"));
        unmount("/a", false);
        assertThat(f.exists("/a/under")).isTrue();
        assertThat(f.exists("/a/over")).isFalse();
    }

    @Test
    void whatCannotBeMounted() {
        f.file("/file");
        fails(Errno.ENOTDIR, () -> mount("/file"));
        fails(Errno.ENOENT, () -> mount("/none"));
        fails(Errno.ENODEV, () -> f.vfs.mount(f.root, "x", "/a", "nosuchfs", 0, ""));
        fails(Errno.EINVAL, () -> f.vfs.mount(f.root, "x", "/a", "tmpfs", 0, "bogus=1"));
    }

    @Test
    void openFilesAndSubmountsKeepItBusy() {
        mount("/a");
        File file = f.vfs.open(f.root, "/a/x", OpenFlags.O_CREAT | OpenFlags.O_RDWR, 0600);
        fails(Errno.EBUSY, () -> unmount("/a", false));
        file.release();
        f.vfs.mkdir(f.root, "/a/sub", 0755);
        mount("/a/sub");
        fails(Errno.EBUSY, () -> unmount("/a", false));
        unmount("/a", true);
        assertThat(f.exists("/a/x")).isFalse();
    }

    @Test
    void memoryReturnsWithTheLastMount() {
        long before = f.kernel.pages.allocatedBytes();
        mount("/a");
        File file = f.vfs.open(f.root, "/a/x", OpenFlags.O_CREAT | OpenFlags.O_RDWR, 0600);
        VfsFixture.write(file, "x".repeat(10000), 0);
        unmount("/a", true);
        assertThat(f.kernel.pages.allocatedBytes()).isGreaterThan(before);
        file.release();
        assertThat(f.kernel.pages.allocatedBytes()).isEqualTo(before);
    }

    @Test
    void binds() {
        mount("/a");
        f.vfs.mkdir(f.root, "/a/sub", 0755);
        mount("/a/sub");
        f.file("/a/sub/deep");
        bind("/a", "/b", false);
        assertThat(f.exists("/b/sub")).isTrue();
        assertThat(f.exists("/b/sub/deep")).isFalse();
        bind("/a", "/c", true);
        assertThat(f.exists("/c/sub/deep")).isTrue();
        f.file("/b/through");
        assertThat(f.exists("/a/through")).isTrue();
        fails(Errno.EXDEV, () -> f.vfs.rename(f.root, "/a/through", "/b/other", 0));
    }

    @Test
    void readOnlyBindsRefuseWriting() {
        f.file("/a/file");
        bind("/a", "/b", false);
        f.vfs.mount(f.root, "x", "/c", "tmpfs", MountFlags.MS_RDONLY, "");
        fails(Errno.EROFS, () -> f.file("/c/new"));
        fails(Errno.EROFS, () -> f.vfs.mkdir(f.root, "/c/new", 0755));
        f.vfs.open(f.root, "/b/file", OpenFlags.O_WRONLY, 0).release();
    }

    @Test
    void stacksComeOffOneByOne() {
        mount("/a");
        f.file("/a/one");
        mount("/a");
        f.file("/a/two");
        assertThat(f.exists("/a/one")).isFalse();
        unmount("/a", false);
        assertThat(f.exists("/a/one")).isTrue();
    }

    @Test
    void moving() {
        mount("/a");
        f.file("/a/one");
        f.vfs.mkdir(f.root, "/a/in", 0755);
        f.vfs.mounts().move(at("/a"), at("/b"), f.vfs.namespace());
        assertThat(f.exists("/b/one")).isTrue();
        assertThat(f.exists("/a/one")).isFalse();
        fails(Errno.ELOOP, () -> f.vfs.mounts().move(at("/b"), at("/b/in"), f.vfs.namespace()));
        fails(Errno.EINVAL, () -> f.vfs.mounts().move(at("/c"), at("/a"), f.vfs.namespace()));
    }

    @Test
    void sharedMountsHearOfEachOther() {
        mount("/a");
        f.vfs.mkdir(f.root, "/a/in", 0755);
        f.vfs.mounts().changeType(at("/a"), MountFlags.MS_SHARED, false, f.vfs.namespace());
        bind("/a", "/b", false);
        mount("/a/in");
        f.file("/a/in/x");
        assertThat(f.exists("/b/in/x")).isTrue();
        unmount("/b/in", false);
        assertThat(f.exists("/a/in/x")).isFalse();
        f.vfs.mounts().changeType(at("/b"), MountFlags.MS_SLAVE, false, f.vfs.namespace());
        mount("/b/in");
        f.file("/b/in/y");
        assertThat(f.exists("/a/in/y")).isFalse();
        unmount("/b/in", false);
        mount("/a/in");
        f.file("/a/in/z");
        assertThat(f.exists("/b/in/z")).isTrue();
    }

    @Test
    void namespacesAreCopies() {
        mount("/a");
        f.file("/a/x");
        FsContext fs = new FsContext(f.root.root(), at("/a"), 0);
        f.vfs.mounts().copyNamespace(fs, UserNamespace.INITIAL, 0xf0000200L);
        MountNamespace copy = fs.namespace();
        assertThat(copy.mounts()).hasSameSizeAs(f.vfs.namespace().mounts());
        assertThat(fs.cwd().mount().namespace()).isSameAs(copy);
        unmount("/a", false);
        Mount other = fs.cwd().mount();
        assertThat(other.namespace()).isSameAs(copy);
        assertThat(fs.cwd().display(fs.root())).isEqualTo("/a");
        assertThat(fs.cwd().dentry().inode().lookup("x")).isNotNull();
    }
}
