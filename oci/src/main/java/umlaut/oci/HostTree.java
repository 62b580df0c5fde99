package umlaut.oci;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Mode;
import umlaut.block.ImageException;
import umlaut.machine.image.FileAttributes;
import umlaut.machine.image.ImageTree;

/**
 * Puts a system's tree of the host into an image: owners, modes, times, hard and symbolic links, devices and {@code user.*} attributes as they are; sockets are left out, and what is mounted in it. Other attributes, file
 * capabilities among them, are read by tar(1) only.
 */
final class HostTree extends SimpleFileVisitor<Path> {
    private final Path top;
    private final ImageTree tree;
    private final Progress progress;
    private final long device;
    /** Bytes that files may still have. */
    private long left;
    /** Where files with several names have been put, by inode. */
    private final Map<Long, String> linked = new HashMap<>();

    private HostTree(Path top, ImageTree tree, long most, Progress progress) throws IOException {
        this.top = top;
        this.tree = tree;
        this.left = most;
        this.progress = progress;
        this.device = Stat.of(top).dev;
    }

    /** @param most bytes that all files may have. @throws ImageException for what cannot be had */
    static void copy(Path top, ImageTree tree, long most, Progress progress) throws IOException {
        Files.walkFileTree(top, new HostTree(top, tree, most, progress));
    }

    /** What stat(2) tells. */
    private record Stat(long dev, long ino, int mode, int nlink, int uid, int gid, long rdev, long size, long mtimeNs) {
        static Stat of(Path path) throws IOException {
            Map<String, Object> all = Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
            return new Stat(
                    number(all, "dev"),
                    number(all, "ino"),
                    (int) number(all, "mode"),
                    (int) number(all, "nlink"),
                    (int) number(all, "uid"),
                    (int) number(all, "gid"),
                    number(all, "rdev"),
                    number(all, "size"),
                    ((FileTime) Objects.requireNonNull(all.get("lastModifiedTime"))).to(TimeUnit.NANOSECONDS));
        }

        private static long number(Map<String, Object> all, String name) {
            return ((Number) Objects.requireNonNull(all.get(name))).longValue();
        }
    }

    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private String place(Path path) {
        return bytes(top.relativize(path).toString());
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes basic) throws IOException {
        Stat all = Stat.of(path);
        if (all.dev != device) {
            return FileVisitResult.SKIP_SUBTREE;
        }
        String place = place(path);
        tree.directory(place.isEmpty() ? "/" : place, attributes(path, all));
        return FileVisitResult.CONTINUE;
    }

    /** What was put into a directory has changed its time. */
    @Override
    public FileVisitResult postVisitDirectory(Path path, @Nullable IOException e) throws IOException {
        if (e != null) {
            throw e;
        }
        String place = place(path);
        tree.directory(place.isEmpty() ? "/" : place, attributes(path, Stat.of(path)));
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes basic) throws IOException {
        Stat all = Stat.of(path);
        String place = place(path);
        if (all.nlink > 1) {
            String other = linked.putIfAbsent(all.ino, place);
            if (other != null) {
                tree.hardLink(place, other);
                return FileVisitResult.CONTINUE;
            }
        }
        int type = all.mode & Mode.S_IFMT;
        switch (type) {
            case Mode.S_IFREG -> file(path, place, all);
            case Mode.S_IFLNK ->
                tree.symlink(place, bytes(Files.readSymbolicLink(path).toString()), attributes(path, all));
            case Mode.S_IFCHR, Mode.S_IFBLK, Mode.S_IFIFO -> tree.node(place, type, all.rdev, attributes(path, all));
            default -> {} // a socket: whoever listens makes it
        }
        return FileVisitResult.CONTINUE;
    }

    private void file(Path path, String place, Stat all) throws IOException {
        left -= all.size;
        if (left < 0) {
            throw new ImageException(Importer.TOO_LARGE);
        }
        try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
            tree.file(place, attributes(path, all), in);
        }
        progress.at(tree.dataBytes());
    }

    private static FileAttributes attributes(Path path, Stat all) throws IOException {
        int type = all.mode & Mode.S_IFMT;
        UserDefinedFileAttributeView view = type == Mode.S_IFREG || type == Mode.S_IFDIR
                ? Files.getFileAttributeView(path, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                : null;
        Map<String, byte[]> xattrs = new HashMap<>();
        if (view != null) {
            for (String name : view.list()) {
                ByteBuffer value = ByteBuffer.allocate(view.size(name));
                view.read(name, value);
                xattrs.put("user." + bytes(name), value.array());
            }
        }
        return new FileAttributes(all.mode & Mode.S_IALLUGO, all.uid, all.gid, all.mtimeNs, xattrs);
    }
}
