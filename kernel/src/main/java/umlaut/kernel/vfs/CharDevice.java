package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.task.Task;

/** A device driver (Linux: cdev and its file_operations), found by device number. Character and block devices alike. */
@FunctionalInterface
public interface CharDevice {
    /**
     * @param task null at boot
     * @throws umlaut.abi.ErrnoException ENXIO, EIO, EBUSY as the driver likes
     */
    File open(@Nullable Task task, Path path, Inode inode, int flags);
}
