package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.task.Task;

/** Opens named pipes, fifo(7): given to the VFS by the pipe code ({@link Vfs#setFifoOpener}). */
@FunctionalInterface
public interface FifoOpener {
    /**
     * Opens one end; sleeps until the other end is open as fifo(7) says.
     *
     * @param task null at boot: then it never sleeps
     * @throws umlaut.abi.ErrnoException ENXIO
     * @throws umlaut.kernel.signal.RestartException when a signal came first
     */
    File open(@Nullable Task task, Path path, Inode inode, int flags);
}
