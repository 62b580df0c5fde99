package umlaut.kernel.vfs;

/** Where /proc/PID/fd/N leads: to the place a file was opened at, or, for one outside any tree (a pipe, a memfd), to a nameless place that holds its inode. */
public final class MagicPath {
    private MagicPath() {}

    public static Path of(File file) {
        Path known = file.path;
        if (known != null) {
            return known;
        }
        Inode inode = file.inode();
        SuperBlock fs = inode.superBlock;
        Mount mount = new Mount(0, fs, fs.rootDentry(), fs.type, 0);
        String name = file.anonymousName();
        return new Path(mount, Dentry.unnamed(fs.rootDentry(), name == null ? "" : name, inode));
    }
}
