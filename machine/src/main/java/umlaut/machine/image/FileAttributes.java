package umlaut.machine.image;

import java.util.Map;

/**
 * What a file of an image has beside its contents, exactly as given.
 *
 * @param mode permission bits, 07777
 * @param mtimeNs last modification, ns since 1970
 * @param xattrs extended attributes by their whole names, access control lists among them
 */
public record FileAttributes(int mode, int uid, int gid, long mtimeNs, Map<String, byte[]> xattrs) {
    public FileAttributes {
        xattrs = Map.copyOf(xattrs);
    }

    /** Root's. */
    public static FileAttributes of(int mode, long mtimeNs) {
        return new FileAttributes(mode, 0, 0, mtimeNs, Map.of());
    }
}
