package umlaut.fs.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.fs.support.TestTree.create;
import static umlaut.fs.support.TestTree.error;
import static umlaut.fs.support.TestTree.find;
import static umlaut.fs.support.TestTree.list;
import static umlaut.fs.support.TestTree.lockedRun;
import static umlaut.fs.support.TestTree.mkdir;
import static umlaut.fs.support.TestTree.open;
import static umlaut.fs.support.TestTree.read;
import static umlaut.fs.support.TestTree.rmdir;
import static umlaut.fs.support.TestTree.unlink;
import static umlaut.fs.support.TestTree.write;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.abi.OpenFlags;
import umlaut.fs.support.TestTree;
import umlaut.fs.tmpfs.TmpFs;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/** Copy-up, whiteouts, opaque and redirected directories. */
class OverlayFsTest {
    private final Kernel kernel = TestTree.kernel();
    private final TmpFs upper = TestTree.tmpfs(kernel);
    private final TmpFs top = TestTree.tmpfs(kernel);
    private final TmpFs bottom = TestTree.tmpfs(kernel);
    private Inode root;

    @BeforeEach
    void layers() {
        create(bottom.root(), "file", "bottom");
        create(bottom.root(), "hidden", "bottom");
        Inode dir = mkdir(bottom.root(), "dir");
        create(dir, "a", "a of bottom");
        create(dir, "b", "b of bottom");
        create(top.root(), "hidden", "top");
        Inode sub = mkdir(top.root(), "dir");
        create(sub, "b", "b of top");
        create(sub, "c", "c of top");
        root = mount();
    }

    private Inode mount() {
        return new OverlayFs(9, upper.root(), List.of(top.root(), bottom.root()), "").root();
    }

    @Test
    void layersAreMerged() {
        assertThat(list(root)).containsExactlyInAnyOrder("file", "hidden", "dir");
        assertThat(read(find(root, "hidden"))).isEqualTo("top");
        assertThat(list(find(root, "dir"))).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(read(find(root, "dir/b"))).isEqualTo("b of top");
        assertThat(find(root, "dir").nlink).isEqualTo(1);
    }

    @Test
    void writingCopiesUpAndKeepsTheInode() {
        Inode file = find(root, "file");
        long ino = file.ino;
        write(file, "BOTT");
        assertThat(read(file)).isEqualTo("BOTTom");
        assertThat(read(find(bottom.root(), "file"))).isEqualTo("bottom");
        assertThat(read(find(upper.root(), "file"))).isEqualTo("BOTTom");
        assertThat(find(mount(), "file").ino).isEqualTo(ino);
    }

    @Test
    void aFileOpenForReadingSeesTheCopy() {
        Inode file = find(root, "file");
        File reader = open(file, OpenFlags.O_RDONLY);
        assertThat(read(reader)).isEqualTo("bottom");
        write(file, "BOTTOM");
        assertThat(read(reader)).isEqualTo("BOTTOM");
        reader.release();
    }

    @Test
    void truncatingOpensCopyNothing() {
        Inode file = find(root, "file");
        File writer = open(file, OpenFlags.O_WRONLY | OpenFlags.O_TRUNC);
        lockedRun(file, () -> file.truncate(0));
        writer.release();
        assertThat(find(upper.root(), "file").size).isZero();
        assertThat(file.size).isZero();
    }

    @Test
    void attributesAreChangedInACopy() {
        Inode inner = find(root, "dir/a");
        AttributeChange change = new AttributeChange();
        change.mask = AttributeChange.MODE | AttributeChange.UID;
        change.mode = 0600;
        change.uid = 1000;
        lockedRun(inner, () -> inner.setAttributes(change));
        assertThat(inner.mode & 07777).isEqualTo(0600);
        assertThat(find(upper.root(), "dir/a").uid).isEqualTo(1000);
        assertThat(find(bottom.root(), "dir/a").uid).isZero();
        assertThat(read(inner)).isEqualTo("a of bottom");
        assertThat(find(mount(), "dir/a").mode & 07777).isEqualTo(0600);
    }

    @Test
    void removedNamesStayRemoved() {
        unlink(root, "hidden");
        assertThat(find(root, "hidden")).isNull();
        assertThat(list(root)).doesNotContain("hidden");
        assertThat(find(mount(), "hidden")).isNull();
        create(root, "hidden", "again");
        assertThat(read(find(mount(), "hidden"))).isEqualTo("again");
        unlink(root, "hidden");
        assertThat(find(mount(), "hidden")).isNull();
        assertThat(read(find(top.root(), "hidden"))).isEqualTo("top");
    }

    @Test
    void aDirectoryMadeAnewIsEmpty() {
        Inode dir = find(root, "dir");
        assertThat(error(() -> rmdir(root, "dir"))).isEqualTo(Errno.ENOTEMPTY);
        for (String name : list(dir)) {
            unlink(dir, name);
        }
        rmdir(root, "dir");
        assertThat(find(root, "dir")).isNull();
        Inode fresh = mkdir(root, "dir");
        assertThat(list(fresh)).isEmpty();
        assertThat(list(find(mount(), "dir"))).isEmpty();
        assertThat(find(mount(), "dir/a")).isNull();
    }

    @Test
    void aRenamedDirectoryTakesItsLowerPartsAlong() {
        Inode dir = find(root, "dir");
        long ino = dir.ino;
        lockedRun(root, () -> root.rename("dir", dir, root, "moved", null, 0));
        for (Inode tree : List.of(root, mount())) {
            assertThat(find(tree, "dir")).isNull();
            assertThat(list(find(tree, "moved"))).containsExactlyInAnyOrder("a", "b", "c");
            assertThat(read(find(tree, "moved/a"))).isEqualTo("a of bottom");
            assertThat(find(tree, "moved").ino).isEqualTo(ino);
        }
        write(find(root, "moved/a"), "A");
        assertThat(read(find(mount(), "moved/a"))).isEqualTo("A of bottom");
    }

    @Test
    void renamingOverALowerFileHidesIt() {
        Inode file = find(root, "file");
        Inode hidden = find(root, "hidden");
        lockedRun(root, () -> root.rename("file", file, root, "hidden", hidden, 0));
        assertThat(hidden.nlink).isZero();
        for (Inode tree : List.of(root, mount())) {
            assertThat(find(tree, "file")).isNull();
            assertThat(read(find(tree, "hidden"))).isEqualTo("bottom");
            assertThat(list(tree)).containsExactlyInAnyOrder("hidden", "dir");
        }
    }

    @Test
    void hardLinksAreOneInode() {
        Inode file = find(root, "file");
        lockedRun(root, () -> root.link("second", file));
        assertThat(file.nlink).isEqualTo(2);
        assertThat(find(root, "second")).isSameAs(file);
        write(file, "X");
        assertThat(read(find(root, "second"))).isEqualTo("Xottom");
        unlink(root, "file");
        assertThat(file.nlink).isEqualTo(1);
        assertThat(read(find(mount(), "second"))).isEqualTo("Xottom");
        assertThat(find(mount(), "file")).isNull();
    }

    @Test
    void anOpenFileOutlivesItsName() {
        Inode file = find(root, "file");
        assertThat(file.hold()).isTrue();
        File reader = open(file, OpenFlags.O_RDONLY);
        lockedRun(root, () -> root.unlink("file", file));
        file.evictIfUnused();
        assertThat(read(reader)).isEqualTo("bottom");
        write(file, "UNSEEN");
        assertThat(read(reader)).isEqualTo("UNSEEN");
        assertThat(find(root, "file")).isNull();
        reader.release();
        long used = kernel.pages.allocatedBytes();
        file.unhold();
        assertThat(kernel.pages.allocatedBytes()).isLessThan(used);
    }

    @Test
    void marksAreNotShown() {
        Inode file = find(root, "file");
        lockedRun(file, () -> file.setXattr("user.mine", new byte[] {1}, 0));
        assertThat(file.listXattr()).containsExactly("user.mine");
        assertThat(error(() -> file.getXattr("trusted.overlay.origin"))).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(find(mount(), "file").getXattr("user.mine")).containsExactly(1);
    }

    @Test
    void withoutAnUpperNothingChanges() {
        Inode fixed = new OverlayFs(9, null, List.of(top.root(), bottom.root()), "").root();
        assertThat(error(() -> write(find(fixed, "file"), "x"))).isEqualTo(Errno.EROFS);
        assertThat(read(find(fixed, "file"))).isEqualTo("bottom");
    }
}
