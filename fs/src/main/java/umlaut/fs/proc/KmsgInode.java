package umlaut.fs.proc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.Poll;
import umlaut.fs.support.TreeInode;
import umlaut.host.Layouts;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;

/** /proc/kmsg, proc_kmsg(5): the kernel's log as syslog(2) hands it out, each line once, to whoever reads first; reading waits for more (Linux: fs/proc/kmsg.c). */
final class KmsgInode extends TreeInode {
    private final Kernel kernel;

    KmsgInode(ProcFs fs, Kernel kernel) {
        super(fs, fs.nextInode(), Mode.S_IFREG | 0400);
        this.kernel = kernel;
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        Credentials who = task == null ? Credentials.ROOT : task.credentials();
        if (!who.capable(Capability.CAP_SYSLOG) && !who.capable(Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
        return new KmsgReader(path, flags, who);
    }

    private final class KmsgReader extends File {
        private static final int MOST = 8192;

        KmsgReader(Path path, int flags, Credentials credentials) {
            super(path, flags, credentials);
        }

        @Override
        public Inode inode() {
            return KmsgInode.this;
        }

        @Override
        public boolean pollable() {
            return true;
        }

        @Override
        public long read(Task task, IovIter to, long offset) {
            byte[] lines = kernel.syslog.take(kernel.log, (int) Math.min(MOST, to.remaining()));
            if (lines.length == 0) {
                return to.remaining() == 0 ? 0 : nonBlocking() ? Errno.EAGAIN.negative() : BlockingOp.WOULD_BLOCK;
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocateFrom(Layouts.BYTE, lines);
                return to.result(to.copyOut(out, 0, lines.length));
            }
        }

        @Override
        public int poll(PollTable table) {
            table.add(kernel.log.arrived);
            return kernel.syslog.unread(kernel.log) > 0 ? Poll.POLLIN | Poll.POLLRDNORM : 0;
        }
    }
}
