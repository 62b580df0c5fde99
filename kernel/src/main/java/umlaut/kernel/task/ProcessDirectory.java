package umlaut.kernel.task;

import org.jspecify.annotations.Nullable;

/**
 * An inode that stands for a process: a descriptor of /proc/PID serves as a pidfd for pidfd_send_signal(2) (Linux:
 * tgid_pidfd_to_pid).
 */
public interface ProcessDirectory {
    /** The process, or null if this directory is a thread's. */
    @Nullable ThreadGroup process();
}
