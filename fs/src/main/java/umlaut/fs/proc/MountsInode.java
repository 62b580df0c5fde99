package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Poll;
import umlaut.fs.support.TextFile;
import umlaut.fs.support.TextSource;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.MountNamespace;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.wait.PollTable;

/**
 * /proc/PID/mounts and its like: an open one can be polled for changes, told by POLLERR and POLLPRI
 * (proc_pid_mounts(5)).
 */
final class MountsInode extends PidText {
    private final Subject subject;

    MountsInode(Subject subject, long ino, int permissions, TextSource source) {
        super(subject, ino, permissions, source, null);
        this.subject = subject;
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new MountsFile(this, path, flags, task == null ? Credentials.ROOT : task.credentials());
    }

    private static final class MountsFile extends TextFile {
        private final MountNamespace namespace;
        private int seen;

        MountsFile(MountsInode inode, Path path, int flags, Credentials credentials) {
            super(inode, path, flags, credentials);
            this.namespace = MountsText.namespace(inode.subject);
            this.seen = namespace.generation();
        }

        @Override
        public synchronized int poll(PollTable table) {
            table.add(namespace.changes);
            int now = namespace.generation();
            int ready = Poll.POLLIN | Poll.POLLRDNORM;
            if (now == seen) {
                return ready;
            }
            seen = now;
            return ready | Poll.POLLERR | Poll.POLLPRI;
        }

        @Override
        public boolean pollable() {
            return true;
        }
    }
}
