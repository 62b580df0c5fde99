package umlaut.fs.hostfs;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.fs.support.TestTree.create;
import static umlaut.fs.support.TestTree.error;
import static umlaut.fs.support.TestTree.find;
import static umlaut.fs.support.TestTree.list;
import static umlaut.fs.support.TestTree.lockedRun;
import static umlaut.fs.support.TestTree.mkdir;
import static umlaut.fs.support.TestTree.open;
import static umlaut.fs.support.TestTree.read;
import static umlaut.fs.support.TestTree.unlink;
import static umlaut.fs.support.TestTree.write;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.abi.RenameFlags;
import umlaut.abi.Seek;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/** Host directories as a guest sees them. */
class HostFsTest {
    @TempDir
    Path host;

    @BeforeEach
    void files() throws IOException {
        Files.setPosixFilePermissions(host, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(host.resolve("hello"), "hello, world\n");
        Files.createDirectory(host.resolve("dir"));
        Files.writeString(host.resolve("dir/inner"), "inner");
        Files.createSymbolicLink(host.resolve("link"), Path.of("dir/inner"));
    }

    private Inode image() {
        return HostFs.open(host.toString(), 1, HostOptions.image(host.toString(), HostView.ALL))
                .root();
    }

    private Inode volume() {
        return HostFs.open(host.toString(), 1, HostOptions.volume(host.toString(), false))
                .root();
    }

    @Test
    void readsFilesAndLists() {
        Inode root = image();
        assertThat(read(find(root, "hello"))).isEqualTo("hello, world\n");
        assertThat(read(find(root, "dir/inner"))).isEqualTo("inner");
        assertThat(list(root)).containsExactlyInAnyOrder("hello", "dir", "link");
        assertThat(find(root, "none")).isNull();
        Inode hello = find(root, "hello");
        assertThat(hello.size).isEqualTo(13);
        assertThat(Mode.isRegular(hello.mode)).isTrue();
    }

    @Test
    void readsFromAnOffsetToTheEnd() {
        File file = open(find(image(), "hello"), OpenFlags.O_RDONLY);
        assertThat(read(file, 5, 7)).isEqualTo("world");
        assertThat(read(file, 100, 7)).isEqualTo("world\n");
        assertThat(read(file, 100, 13)).isEmpty();
        assertThat(read(file, 100, 1000)).isEmpty();
        assertThat(file.seek(-3, Seek.SEEK_END)).isEqualTo(10);
        file.release();
    }

    @Test
    void aSymbolicLinkIsTextAndNeverFollowedByTheHost() {
        Inode link = find(image(), "link");
        assertThat(link.isSymlink()).isTrue();
        assertThat(link.readlink(null)).isEqualTo("dir/inner");
        assertThat(error(() -> open(link, OpenFlags.O_RDONLY))).isEqualTo(Errno.ENXIO);
    }

    @Test
    void aDirectoryReplacedByALinkLeadsNowhere() throws IOException {
        Inode directory = find(image(), "dir");
        Files.move(host.resolve("dir"), host.resolve("elsewhere"));
        Files.createSymbolicLink(host.resolve("dir"), Path.of("elsewhere"));
        assertThat(error(() -> directory.lookup("inner"))).isEqualTo(Errno.ENOENT);
    }

    @Test
    void anImageShowsOnlyWhatAllMayRead() throws IOException {
        Files.writeString(host.resolve("secret"), "x");
        Files.setPosixFilePermissions(host.resolve("secret"), PosixFilePermissions.fromString("rw-r-----"));
        Files.setPosixFilePermissions(host.resolve("dir"), PosixFilePermissions.fromString("rwx--x--x"));
        Inode root = image();
        assertThat(find(root, "secret")).isNull();
        assertThat(find(root, "dir")).isNull();
        assertThat(list(root)).containsExactlyInAnyOrder("hello", "link");
    }

    @Test
    void aViewHidesNames() {
        HostView view = new TreeView().show("dir").hide("dir/inner");
        Inode root = HostFs.open(host.toString(), 1, HostOptions.image(host.toString(), view))
                .root();
        assertThat(list(root)).containsExactly("dir");
        assertThat(find(root, "hello")).isNull();
        assertThat(find(root, "dir/inner")).isNull();
    }

    @Test
    void otherFileSystemsAreShownOnlyByName() {
        Inode root = HostFs.open("/", 1, HostOptions.image("/", HostView.ALL)).root();
        assertThat(find(root, "proc")).isNull();
        assertThat(list(root)).doesNotContain("proc").contains("usr");
        Inode named = HostFs.open("/", 1, HostOptions.image("/", new TreeView().show("proc")))
                .root();
        assertThat(list(named)).containsExactly("proc");
    }

    @Test
    void anImageKeepsWhatItHasSeen() throws IOException {
        Inode root = image();
        Inode hello = find(root, "hello");
        Files.writeString(host.resolve("hello"), "hello, world, and more\n");
        hello.refresh();
        assertThat(hello.size).isEqualTo(13);
    }

    @Test
    void aVanishedFileIsAnErrorOnly() throws IOException {
        Inode hello = find(image(), "hello");
        Files.delete(host.resolve("hello"));
        File file = open(hello, OpenFlags.O_RDONLY);
        assertThat(error(() -> read(file))).isEqualTo(Errno.ENOENT);
        file.release();
    }

    @Test
    void aVolumeFollowsTheHost() throws IOException {
        Inode root = volume();
        Inode hello = find(root, "hello");
        Files.writeString(host.resolve("hello"), "changed");
        assertThat(find(root, "hello")).isSameAs(hello);
        assertThat(hello.size).isEqualTo(7);
        assertThat(read(hello)).isEqualTo("changed");
        Files.delete(host.resolve("hello"));
        assertThat(find(root, "hello")).isNull();
    }

    @Test
    void writesReachTheHost() throws IOException {
        Inode root = volume();
        Inode made = create(root, "new", "some text");
        assertThat(Files.readString(host.resolve("new"))).isEqualTo("some text");
        File append = open(made, OpenFlags.O_WRONLY | OpenFlags.O_APPEND);
        assertThat(write(append, "!", 0)).isEqualTo(1);
        append.release();
        assertThat(Files.readString(host.resolve("new"))).isEqualTo("some text!");
        lockedRun(made, () -> made.truncate(4));
        assertThat(Files.readString(host.resolve("new"))).isEqualTo("some");
        assertThat(made.size).isEqualTo(4);
    }

    @Test
    void anUnlinkedFileStaysReadableWhileOpen() {
        Inode root = volume();
        Inode hello = find(root, "hello");
        File file = open(hello, OpenFlags.O_RDWR);
        unlink(root, "hello");
        assertThat(write(file, "HELLO", 0)).isEqualTo(5);
        assertThat(read(file)).isEqualTo("HELLO, world\n");
        file.release();
        assertThat(hello.nlink).isZero();
    }

    @Test
    void aNumberUsedAgainIsAnotherFile() {
        Inode root = volume();
        for (int i = 0; i < 300; i++) {
            Inode made = create(root, "f" + i, "text " + i);
            assertThat(made.hold()).as("file " + i).isTrue();
            made.unhold();
            unlink(root, "f" + i);
        }
        mkdir(root, "d");
        umlaut.fs.support.TestTree.rmdir(root, "d");
        create(mkdir(root, "d"), "inner", "x");
    }

    @Test
    void namesChangeOnTheHost() throws IOException {
        Inode root = volume();
        Inode hello = find(root, "hello");
        Inode dir = find(root, "dir");
        lockedRun(root, () -> root.link("second", hello));
        assertThat(hello.nlink).isEqualTo(2);
        lockedRun(root, () -> root.rename("hello", hello, dir, "moved", null, 0));
        assertThat(Files.exists(host.resolve("hello"))).isFalse();
        assertThat(read(hello)).isEqualTo("hello, world\n");
        assertThat(find(root, "dir/moved")).isSameAs(hello);
        Inode inner = find(root, "dir/inner");
        lockedRun(dir, () -> dir.rename("moved", hello, dir, "inner", inner, RenameFlags.RENAME_EXCHANGE));
        assertThat(Files.readString(host.resolve("dir/inner"))).isEqualTo("hello, world\n");
        Inode sub = mkdir(root, "sub");
        assertThat(sub.mode & 0777).isEqualTo(0755);
        Inode link = umlaut.fs.support.TestTree.locked(root, () -> root.symlink("l", "over/there", Credentials.ROOT));
        assertThat(link.readlink(null)).isEqualTo("over/there");
        assertThat(Files.readSymbolicLink(host.resolve("l"))).hasToString("over/there");
        umlaut.fs.support.TestTree.rmdir(root, "sub");
        assertThat(Files.exists(host.resolve("sub"))).isFalse();
    }

    @Test
    void attributesAreStoredWithoutSetIdBits() throws IOException {
        Inode hello = find(volume(), "hello");
        AttributeChange change = new AttributeChange();
        change.mask = AttributeChange.MODE | AttributeChange.MTIME;
        change.mode = 04750;
        change.mtime = 1_000_000_000_123_456_789L;
        lockedRun(hello, () -> hello.setAttributes(change));
        assertThat(hello.mode & 07777).isEqualTo(0750);
        assertThat(hello.mtime).isEqualTo(1_000_000_000_123_456_789L);
        assertThat(Files.getPosixFilePermissions(host.resolve("hello"))).hasSize(5);
        assertThat(hello.uid).isZero();
    }

    @Test
    void deviceNodesAreRefused() {
        Inode root = volume();
        assertThat(error(() -> root.create("null", Mode.S_IFCHR | 0666, 0x103, Credentials.ROOT)))
                .isEqualTo(Errno.EPERM);
        Inode fifo = root.create("fifo", Mode.S_IFIFO | 0644, 0, Credentials.ROOT);
        assertThat(Mode.isFifo(fifo.mode)).isTrue();
    }

    @Test
    void aReadOnlyVolumeNeverOpensForWriting() {
        Inode root = HostFs.open(host.toString(), 1, HostOptions.volume(host.toString(), true))
                .root();
        Inode hello = find(root, "hello");
        assertThat(error(() -> open(hello, OpenFlags.O_RDWR))).isEqualTo(Errno.EROFS);
        assertThat(error(() -> lockedRun(hello, () -> hello.truncate(0)))).isEqualTo(Errno.EROFS);
    }

    @Test
    void aFileOpenForReadingIsMappedFromADescriptorThatCanOnlyRead() {
        Inode hello = find(volume(), "hello");
        File writer = open(hello, OpenFlags.O_RDWR);
        File reader = open(hello, OpenFlags.O_RDONLY);
        MappingSource.Extent extent = new MappingSource.Extent();
        reader.mapping(true, false).extent(0, 4096, false, extent);
        long flags = umlaut.host.Files.fcntl(extent.hostFd, 3, 0);
        assertThat(flags & OpenFlags.O_ACCMODE).isEqualTo(OpenFlags.O_RDONLY);
        reader.release();
        writer.release();
    }

    @Test
    void aFileThatHasLostItsNameCanStillBeMappedForReading() throws IOException {
        Inode hello = find(volume(), "hello");
        File writer = open(hello, OpenFlags.O_RDWR);
        File reader = open(hello, OpenFlags.O_RDONLY);
        Files.delete(host.resolve("hello"));
        MappingSource.Extent extent = new MappingSource.Extent();
        reader.mapping(false, false).extent(0, 4096, false, extent);
        long flags = umlaut.host.Files.fcntl(extent.hostFd, 3, 0);
        assertThat(flags & OpenFlags.O_ACCMODE).isEqualTo(OpenFlags.O_RDONLY);
        reader.release();
        writer.release();
    }

    @Test
    void aVolumeCanBeOneFile() {
        String path = host.resolve("hello").toString();
        Inode root = HostFs.open(path, 1, HostOptions.volume(path, false)).root();
        assertThat(read(root)).isEqualTo("hello, world\n");
        write(root, "HELLO");
        assertThat(read(root)).isEqualTo("HELLO, world\n");
    }

    @Test
    void manyFilesNeedFewDescriptors() throws IOException {
        for (int i = 0; i < 600; i++) {
            Files.writeString(host.resolve("f" + i), "text " + i);
        }
        Inode root = image();
        for (int i = 0; i < 600; i++) {
            assertThat(read(find(root, "f" + i))).isEqualTo("text " + i);
        }
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            long ours = open.filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).startsWith(host);
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .count();
            assertThat(ours).isLessThan(300);
        }
    }
}
