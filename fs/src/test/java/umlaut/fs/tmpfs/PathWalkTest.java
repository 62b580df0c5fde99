package umlaut.fs.tmpfs;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.fs.tmpfs.VfsFixture.fails;

import org.junit.jupiter.api.Test;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.OpenFlags;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.Path;

/** path_resolution(7). */
class PathWalkTest {
    private final VfsFixture f = new VfsFixture();

    private Path at(String path) {
        return f.vfs.lookup(f.root, path, 0);
    }

    @Test
    void slashesDotsAndParents() {
        f.vfs.mkdir(f.root, "/a", 0755);
        f.vfs.mkdir(f.root, "/a/b/", 0755);
        assertThat(at("//a///b//").is(at("/a/b"))).isTrue();
        assertThat(at("/a/./b/../b/.").is(at("/a/b"))).isTrue();
        assertThat(at("/../../a").is(at("/a"))).isTrue();
        LookupContext in = f.root.at(at("/a/b"));
        assertThat(f.vfs.lookup(in, "../b", 0).is(at("/a/b"))).isTrue();
        assertThat(f.vfs.lookup(in, ".", 0).is(at("/a/b"))).isTrue();
        fails(Errno.ENOENT, () -> f.vfs.lookup(in, "", 0));
        assertThat(f.vfs.lookup(in, "", AtFlags.AT_EMPTY_PATH).is(at("/a/b"))).isTrue();
    }

    @Test
    void whatIsNoDirectoryEndsTheWalk() {
        f.file("/file");
        fails(Errno.ENOTDIR, () -> at("/file/"));
        fails(Errno.ENOTDIR, () -> at("/file/."));
        fails(Errno.ENOTDIR, () -> at("/file/.."));
        fails(Errno.ENOTDIR, () -> at("/file/x"));
        fails(Errno.ENOENT, () -> at("/none/x"));
        fails(Errno.ENOENT, () -> at("/none"));
    }

    @Test
    void links() {
        f.vfs.mkdir(f.root, "/d", 0755);
        f.file("/d/file");
        f.vfs.symlink(f.root, "d", "/rel");
        f.vfs.symlink(f.root, "/d/file", "/d/abs");
        f.vfs.symlink(f.root, "../rel/file", "/d/up");
        f.vfs.symlink(f.root, "/", "/slash");
        f.vfs.symlink(f.root, "d/", "/withslash");
        assertThat(at("/rel/up").is(at("/d/file"))).isTrue();
        assertThat(at("/rel/abs").is(at("/d/file"))).isTrue();
        assertThat(at("/slash").is(at("/"))).isTrue();
        assertThat(at("/slash/slash/d/../slash/d").is(at("/d"))).isTrue();
        assertThat(at("/withslash/file").is(at("/d/file"))).isTrue();
        assertThat(at("/rel/").is(at("/d"))).isTrue();
        assertThat(f.vfs.lookup(f.root, "/rel", AtFlags.AT_SYMLINK_NOFOLLOW)
                        .inode()
                        .isSymlink())
                .isTrue();
        assertThat(f.vfs.lookup(f.root, "/rel/", AtFlags.AT_SYMLINK_NOFOLLOW)
                        .inode()
                        .isDirectory())
                .isTrue();
        f.vfs.symlink(f.root, "d/file/", "/filewithslash");
        fails(Errno.ENOTDIR, () -> at("/filewithslash"));
    }

    @Test
    void fortyLinksAndNoMore() {
        f.file("/l0");
        for (int i = 1; i <= 41; i++) {
            f.vfs.symlink(f.root, "l" + (i - 1), "/l" + i);
        }
        assertThat(at("/l40").is(at("/l0"))).isTrue();
        fails(Errno.ELOOP, () -> at("/l41"));
        f.vfs.symlink(f.root, "self", "/self");
        fails(Errno.ELOOP, () -> at("/self/x"));
    }

    @Test
    void lengths() {
        String longest = "n".repeat(255);
        f.file("/" + longest);
        assertThat(f.exists("/" + longest)).isTrue();
        fails(Errno.ENAMETOOLONG, () -> at("/" + longest + "n"));
        fails(Errno.ENAMETOOLONG, () -> at("/".repeat(4096)));
        assertThat(at("/".repeat(4095)).is(at("/"))).isTrue();
    }

    @Test
    void directoriesMustBeSearchable() {
        f.vfs.mkdir(f.root, "/closed", 0700);
        f.file("/closed/file");
        fails(Errno.EACCES, () -> f.vfs.lookup(f.alice, "/closed/file", 0));
        fails(Errno.EACCES, () -> f.vfs.lookup(f.alice, "/closed/none", 0));
        fails(Errno.EACCES, () -> f.vfs.lookup(f.alice, "/closed/.", 0));
        assertThat(f.vfs.lookup(f.alice, "/closed", 0)).isNotNull();
        f.chmod("/closed", 0711);
        assertThat(f.vfs.lookup(f.alice, "/closed/file", 0)).isNotNull();
    }

    @Test
    void othersLinksInStickyDirectoriesAreNotFollowed() {
        f.vfs.mkdir(f.root, "/tmp", 0755);
        f.chmod("/tmp", 01777);
        f.file("/file");
        f.vfs.symlink(f.bob, "/file", "/tmp/link");
        assertThat(f.vfs.protections.symlinks).isEqualTo(1);
        // Only tasks are held to it: the kernel itself may go anywhere.
        assertThat(f.vfs.lookup(f.bob, "/tmp/link", 0).is(at("/file"))).isTrue();
    }

    @Test
    void mountsAreCrossedBothWays() {
        f.vfs.mkdir(f.root, "/m", 0755);
        f.vfs.mount(f.root, "inner", "/m", "tmpfs", 0, "");
        f.vfs.mkdir(f.root, "/m/sub", 0755);
        assertThat(at("/m").mount()).isNotSameAs(at("/").mount());
        assertThat(at("/m/..").is(at("/"))).isTrue();
        assertThat(at("/m/sub/../..").is(at("/"))).isTrue();
        assertThat(at("/m/sub").display(at("/"))).isEqualTo("/m/sub");
        assertThat(at("/m").display(at("/"))).isEqualTo("/m");
        assertThat(at("/m/sub").display(at("/m"))).isEqualTo("/sub");
        assertThat(at("/").cwdName(at("/m"))).startsWith("(unreachable)");
    }

    @Test
    void rootOfTheContextIsTheTop() {
        f.vfs.mkdir(f.root, "/jail", 0755);
        f.vfs.mkdir(f.root, "/jail/in", 0755);
        f.vfs.symlink(f.root, "/in", "/jail/link");
        Path jail = at("/jail");
        LookupContext inside = new LookupContext(jail, jail, f.root.credentials(), 0, null);
        assertThat(f.vfs.lookup(inside, "/../../in", 0).is(at("/jail/in"))).isTrue();
        assertThat(f.vfs.lookup(inside, "link", 0).is(at("/jail/in"))).isTrue();
        assertThat(f.vfs.lookup(inside, "..", 0).is(jail)).isTrue();
    }

    @Test
    void removedNamesAreShownSo() {
        f.file("/gone");
        Path path = at("/gone");
        f.vfs.open(f.root, "/gone", OpenFlags.O_RDONLY, 0);
        f.vfs.unlink(f.root, "/gone");
        assertThat(path.display(at("/"))).isEqualTo("/gone (deleted)");
        f.vfs.mkdir(f.root, "/d", 0755);
        Path dir = at("/d");
        f.vfs.rmdir(f.root, "/d");
        assertThat(dir.cwdName(at("/"))).isNull();
        fails(Errno.ENOENT, () -> f.vfs.mkdir(f.root.at(dir), "x", 0755));
        assertThat(f.vfs.lookup(f.root.at(dir), ".", 0).is(dir)).isTrue();
        assertThat(f.vfs.lookup(f.root.at(dir), "..", 0).is(at("/"))).isTrue();
    }
}
