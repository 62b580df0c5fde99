package umlaut.oci;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import umlaut.abi.Mode;
import umlaut.block.ImageException;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.machine.image.ImageTree;

/**
 * Puts a tar archive into an image, as it is or as a layer over what is there: then ".wh.NAME" takes NAME of lower layers away, and ".wh..wh..opq" all that lower layers have in a directory (OCI image
 * specification, Layer Filesystem Changeset).
 */
final class LayerUnpacker {
    private static final String WHITEOUT = ".wh.", OPAQUE = ".wh..wh..opq";
    private static final int MOST_PATH = 4096;

    private final ImageTree tree;
    private final boolean layer;
    /** Bytes that files may have, holes included. */
    private long left;
    /** Paths that this layer has made, with all above them. */
    private final Set<String> made = new HashSet<>();

    private long entries;

    /** @param most bytes that all files may have, holes included */
    LayerUnpacker(ImageTree tree, boolean layer, long most) {
        this.tree = tree;
        this.layer = layer;
        this.left = most;
    }

    /** @return how many members there were. @throws ImageException for what is refused */
    long unpack(InputStream archive) throws IOException {
        TarReader tar = new TarReader(archive);
        TarEntry entry;
        while ((entry = tar.next()) != null) {
            entries++;
            left -= entry.size();
            if (left < 0) {
                throw new ImageException(Importer.TOO_LARGE);
            }
            put(entry, tar.contents());
        }
        return entries;
    }

    private void put(TarEntry entry, InputStream contents) throws IOException {
        String path = plain(entry.name());
        String last = path.substring(path.lastIndexOf('/') + 1);
        if (layer && last.startsWith(WHITEOUT)) {
            whiteout(path.substring(0, path.length() - last.length()), last);
            return;
        }
        switch (entry.type()) {
            case '0' -> tree.file(path, entry.attributes(), contents);
            case '1' -> tree.hardLink(path, plain(entry.link()));
            case '2' -> tree.symlink(path, entry.link(), entry.attributes());
            case '3' -> tree.node(path, Mode.S_IFCHR, device(entry), entry.attributes());
            case '4' -> tree.node(path, Mode.S_IFBLK, device(entry), entry.attributes());
            case '5' -> tree.directory(path, entry.attributes());
            case '6' -> tree.node(path, Mode.S_IFIFO, 0, entry.attributes());
            default ->
                throw new ImageException(
                        "'" + path + "' is of a kind that no file is ('" + entry.type() + "'): refused");
        }
        for (int end = path.length(); layer && end > 0; end = path.lastIndexOf('/', end - 1)) {
            made.add(path.substring(0, end));
        }
    }

    /** A number in an image is a device of the guest's: nothing of the host can be reached by it. */
    private static long device(TarEntry entry) {
        if (entry.major() >>> 12 != 0 || entry.minor() >>> 20 != 0) {
            throw new ImageException("'" + entry.name() + "' has a device number that there cannot be: refused");
        }
        return DeviceTable.number(entry.major(), entry.minor());
    }

    private void whiteout(String directory, String name) {
        if (name.equals(OPAQUE)) {
            tree.clear(directory, made::contains);
            return;
        }
        String victim = directory + name.substring(WHITEOUT.length());
        if (name.length() == WHITEOUT.length() || name.equals(".wh..") || name.equals(".wh...")) {
            throw new ImageException("'" + directory + name + "' takes nothing away: refused");
        }
        if (!made.contains(victim)) {
            tree.remove(victim);
        }
    }

    /** Relative, without "." and double slashes. @throws ImageException for a path that leads out */
    private static String plain(String name) {
        if (name.length() > MOST_PATH) {
            throw new ImageException("the archive has a path of " + name.length() + " bytes: refused");
        }
        if (name.indexOf(0) >= 0) {
            throw new ImageException("the archive has a path with a zero byte in it: refused");
        }
        StringBuilder out = new StringBuilder();
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                throw new ImageException("'" + name + "' leads out of the image: refused");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                out.append(out.isEmpty() ? "" : "/").append(part);
            }
        }
        return out.toString();
    }
}
