package umlaut.fs.cgroup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Map;
import java.util.WeakHashMap;
import umlaut.fs.support.TreeFs;
import umlaut.kernel.Kernel;
import umlaut.kernel.cgroup.Cgroup;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.Inode;

/** One instance: the groups from {@code top} on down, each with one directory here for as long as it lives. */
final class CgroupFs extends TreeFs {
    private static final long CGROUP2_SUPER_MAGIC = 0x63677270;

    final Kernel kernel;
    private final CgroupDirectory root;

    @GuardedBy("directories") private final Map<Cgroup, CgroupDirectory> directories = new WeakHashMap<>();

    CgroupFs(Kernel kernel, long device, Cgroup top) {
        super("cgroup2", device, false, CGROUP2_SUPER_MAGIC, true, kernel.clock);
        this.kernel = kernel;
        this.root = new CgroupDirectory(this, null, top, 0755, Credentials.ROOT);
        directories.put(top, root);
    }

    @Override
    public Inode root() {
        return root;
    }

    /** The directory of a group, made now if another instance made the group. */
    CgroupDirectory directory(Cgroup group, CgroupDirectory up) {
        return directory(group, up, 0755, Credentials.ROOT);
    }

    CgroupDirectory directory(Cgroup group, CgroupDirectory up, int permissions, Credentials owner) {
        synchronized (directories) {
            CgroupDirectory known = directories.get(group);
            if (known == null) {
                known = new CgroupDirectory(this, up, group, permissions, owner);
                directories.put(group, known);
            }
            return known;
        }
    }
}
