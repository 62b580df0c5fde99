package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;

/** A place in the tree: a dentry as seen through a mount (Linux: struct path, fs/d_path.c). */
public record Path(Mount mount, Dentry dentry) {
    public Inode inode() {
        return dentry.inode();
    }

    /** The directory its name is in, through the same mount; itself where it has none. */
    public Path above() {
        Dentry up = dentry == mount.root ? null : dentry.parent();
        return up == null ? this : new Path(mount, up);
    }

    /** The same place? Dentries and mounts are compared as objects. */
    public boolean is(Path other) {
        return mount == other.mount && dentry == other.dentry;
    }

    /**
     * The absolute name as seen from {@code root} (d_path): for /proc/PID/fd, maps, mounts. A removed name ends in " (deleted)"; a place that {@code root} does not
     * reach is named from the top of the tree it is in.
     */
    public String display(Path root) {
        String name = resolve(root);
        return dentry.isDeleted() ? name + " (deleted)" : name;
    }

    /**
     * The name as getcwd(2) gives it: "(unreachable)" in front where {@code root} does not reach the place.
     *
     * @return null for a removed directory (ENOENT)
     */
    public @Nullable String cwdName(Path root) {
        if (dentry.isDeleted()) {
            return null;
        }
        return reachableFrom(root) ? resolve(root) : "(unreachable)" + resolve(root);
    }

    /** Does a walk from {@code root} lead here? */
    public boolean reachableFrom(Path root) {
        Mount m = mount;
        Dentry d = dentry;
        while (d != root.dentry || m != root.mount) {
            Dentry up = d == m.root ? null : d.parent();
            if (up != null) {
                d = up;
                continue;
            }
            Mount above = m.parent();
            Dentry point = m.mountpoint();
            if (above == null || point == null) {
                return false;
            }
            d = point;
            m = above;
        }
        return true;
    }

    private String resolve(Path root) {
        StringBuilder name = new StringBuilder();
        Mount m = mount;
        Dentry d = dentry;
        while (d != root.dentry || m != root.mount) {
            if (d == m.root) {
                Mount above = m.parent();
                Dentry point = m.mountpoint();
                if (above == null || point == null) {
                    break;
                }
                d = point;
                m = above;
                continue;
            }
            Dentry.Link link = d.link();
            if (link.parent == null) {
                break;
            }
            name.insert(0, link.name).insert(0, '/');
            d = link.parent;
        }
        return name.isEmpty() ? "/" : name.toString();
    }
}
