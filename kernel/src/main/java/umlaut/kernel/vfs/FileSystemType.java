package umlaut.kernel.vfs;

import umlaut.kernel.Kernel;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;

/** A file system that mount(2) knows by name (Linux: struct file_system_type). */
public interface FileSystemType {
    String name();

    /** Needs a block device as source ("nodev" in /proc/filesystems otherwise). */
    default boolean needsDevice() {
        return false;
    }

    /** May it be mounted with the powers of a user namespace other than the initial one (FS_USERNS_MOUNT)? */
    default boolean userMountable() {
        return false;
    }

    /** For {@link #userMountable} types: where the caller needs CAP_SYS_ADMIN. */
    default UserNamespace userNamespace(Task task) {
        return task.credentials().userNs();
    }

    /** Is {@code option} ("key" or "key=value") one it knows, as fsconfig(2) asks one by one? @throws umlaut.abi.ErrnoException EINVAL */
    default void check(Kernel kernel, String option) {}

    /** Every mount shows the same instance, whoever mounts it. */
    default boolean shared() {
        return false;
    }

    /**
     * @param source first argument of mount(2)
     * @param options comma-separated type-specific options
     * @param device st_dev for the instance
     * @throws umlaut.abi.ErrnoException EINVAL for bad options, and as mount(2)
     */
    SuperBlock mount(Kernel kernel, String source, String options, long device, boolean readOnly);
}
