package umlaut.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import umlaut.oci.TarEntry;
import umlaut.oci.TarReader;

/**
 * Unpacks an archive that a guest has made into a directory of the host. The guest is not trusted: nothing is written outside of that directory, no link that is there or comes from the archive is followed, no device is
 * made, and files are the user's, without set-user-ID bits.
 */
final class HostUnpacker {
    private final Path base;
    private final String from;
    private final String to;
    private final List<Runnable> last = new ArrayList<>();

    /** @param from the archive's top, which is called {@code to} here */
    HostUnpacker(Path base, String from, String to) {
        this.base = base;
        this.from = from;
        this.to = to;
    }

    void unpack(InputStream archive) throws IOException {
        TarReader tar = new TarReader(archive);
        TarEntry entry;
        while ((entry = tar.next()) != null) {
            Path path = place(entry.name());
            if (!path.equals(base)) {
                put(entry, path, tar.contents());
            }
        }
        last.reversed().forEach(Runnable::run);
        archive.transferTo(OutputStream.nullOutputStream()); // what pads it
    }

    private Path place(String name) throws IOException {
        String checked = TarPaths.checked(name);
        if (!from.isEmpty() && (checked.equals(from) || checked.startsWith(from + "/"))) {
            checked = to + checked.substring(from.length());
        }
        Path path = base;
        String[] parts = checked.isEmpty() ? new String[0] : checked.split("/");
        for (int i = 0; i < parts.length; i++) {
            byte[] bytes = parts[i].getBytes(StandardCharsets.ISO_8859_1);
            path = path.resolve(new String(bytes, StandardCharsets.UTF_8));
            if (i < parts.length - 1 && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new DaemonException("'" + path + "' is no directory: '" + name + "' is not written there");
            }
        }
        return path;
    }

    private void put(TarEntry e, Path path, InputStream contents) throws IOException {
        boolean directory = e.type() == '5';
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && !(directory && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))) {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new DaemonException("'" + path + "' is a directory: it is not replaced");
            }
            Files.delete(path);
        }
        switch (e.type()) {
            case '0' -> {
                try (OutputStream out =
                        Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    contents.transferTo(out);
                }
                dress(path, e);
            }
            case '1' -> Files.createLink(path, place(e.link()));
            case '2' ->
                Files.createSymbolicLink(
                        path,
                        Path.of(new String(e.link().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)));
            case '5' -> {
                if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectory(path);
                }
                // When all is in it: it may be that nobody may write to it.
                last.add(() -> dressQuietly(path, e));
            }
            default -> System.err.println("umlaut: '" + e.name() + "' is of a kind that is not copied: left out");
        }
    }

    private static void dressQuietly(Path path, TarEntry e) {
        try {
            dress(path, e);
        } catch (IOException failure) {
            System.err.println("umlaut: '" + path + "': its permissions could not be set");
        }
    }

    private static void dress(Path path, TarEntry e) throws IOException {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values(); // owner's read first, others' execute last
        for (int i = 0; i < all.length; i++) {
            if ((e.attributes().mode() >> (all.length - 1 - i) & 1) != 0) {
                permissions.add(all[i]);
            }
        }
        Files.setPosixFilePermissions(path, permissions);
        FileTime time = FileTime.from(e.attributes().mtimeNs(), TimeUnit.NANOSECONDS);
        Files.getFileAttributeView(path, BasicFileAttributeView.class).setTimes(time, null, null);
    }
}
