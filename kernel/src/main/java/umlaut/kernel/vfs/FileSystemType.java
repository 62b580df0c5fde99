package umlaut.kernel.vfs;

import umlaut.kernel.Kernel;

/** A file system that mount(2) knows by name (Linux: struct file_system_type). */
public interface FileSystemType {
    String name();

    /** Needs a block device as source ("nodev" in /proc/filesystems otherwise). */
    default boolean needsDevice() {
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
