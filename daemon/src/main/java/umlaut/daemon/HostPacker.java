package umlaut.daemon;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import umlaut.machine.image.FileAttributes;
import umlaut.oci.TarEntry;
import umlaut.oci.TarWriter;

/** Packs files of the host for a guest, where they are root's, or keep their owners' numbers. */
final class HostPacker {
    private static final int PERMISSIONS = 07777;

    private final TarWriter tar;
    private final OutputStream out;
    private final boolean owners;

    HostPacker(OutputStream out, boolean owners) {
        this.out = out;
        this.tar = new TarWriter(out);
        this.owners = owners;
    }

    void pack(Path path, String name) throws IOException {
        add(path, name);
        tar.finish();
    }

    private void add(Path path, String name) throws IOException {
        int mode = number(path, "mode");
        long mtimeNs =
                Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).to(TimeUnit.NANOSECONDS);
        FileAttributes attributes = owners
                ? new FileAttributes(mode & PERMISSIONS, number(path, "uid"), number(path, "gid"), mtimeNs, Map.of())
                : FileAttributes.of(mode & PERMISSIONS, mtimeNs);
        if (Files.isSymbolicLink(path)) {
            tar.entry(new TarEntry(name, '2', latin(Files.readSymbolicLink(path)), 0, 0, 0, attributes));
        } else if (Files.isDirectory(path)) {
            tar.entry(new TarEntry(name + "/", '5', "", 0, 0, 0, attributes));
            try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
                for (Path child : children) {
                    add(child, name + "/" + latin(child.getFileName()));
                }
            }
        } else if (Files.isRegularFile(path)) {
            file(path, new TarEntry(name, '0', "", Files.size(path), 0, 0, attributes));
        } else {
            System.err.println("umlaut: '" + path + "' is of a kind that is not copied: left out");
        }
    }

    private static int number(Path path, String attribute) throws IOException {
        return (int) Files.getAttribute(path, "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
    }

    /** As long as it was when looked at. */
    private void file(Path path, TarEntry entry) throws IOException {
        tar.entry(entry);
        long left = entry.size();
        byte[] buffer = new byte[64 << 10];
        try (var in = Files.newInputStream(path)) {
            while (left > 0) {
                int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                n = n < 0 ? (int) Math.min(left, buffer.length) : n; // it has become shorter
                out.write(buffer, 0, n);
                left -= n;
            }
        }
        tar.endContents(entry.size());
    }

    static String latin(Path name) {
        return new String(name.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
