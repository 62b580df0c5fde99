package umlaut.fs.cgroup;

import umlaut.abi.Errno;
import umlaut.kernel.Kernel;
import umlaut.kernel.cgroup.Cgroup;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.SuperBlock;

/** mount -t cgroup2. The first instance shows the whole hierarchy; who mounts it in another cgroup namespace sees that one's root. */
public final class CgroupType implements FileSystemType {
    private final CgroupFs fs;

    public CgroupType(Kernel kernel) {
        fs = new CgroupFs(kernel, kernel.vfs.anonymousDevice(), kernel.cgroups.root());
    }

    @Override
    public String name() {
        return "cgroup2";
    }

    @Override
    public boolean userMountable() {
        return true;
    }

    @Override
    public UserNamespace userNamespace(Task task) {
        return task.ns().cgroup().owner();
    }

    @Override
    public void check(Kernel kernel, String option) {
        switch (option) {
            case "nsdelegate",
                    "favordynmods",
                    "memory_localevents",
                    "memory_recursiveprot",
                    "memory_hugetlb_accounting",
                    "pids_localevents" -> {
                // Fine points of limits that hold here without them.
            }
            default -> throw Errno.EINVAL.exception();
        }
    }

    @Override
    public SuperBlock mount(Kernel kernel, String source, String options, long device, boolean readOnly) {
        for (String option : options.split(",")) {
            if (!option.isEmpty()) {
                check(kernel, option);
            }
        }
        Task task = kernel.current();
        Cgroup root = task == null ? kernel.cgroups.root() : task.ns().cgroup().root();
        return root.isRoot() ? fs : new CgroupFs(kernel, device, root);
    }
}
