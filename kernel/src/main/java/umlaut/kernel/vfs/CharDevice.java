package umlaut.kernel.vfs;

import umlaut.kernel.task.Task;

/** A character device driver (Linux: cdev and its file_operations), found by device number. */
@FunctionalInterface
public interface CharDevice {
    /** @throws umlaut.abi.ErrnoException ENXIO, EIO, EBUSY as the driver likes */
    File open(Task task, Path path, Inode inode, int flags);
}
