package umlaut.kernel.ipc;

import umlaut.abi.Errno;
import umlaut.abi.SpliceFlags;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Iovecs;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/** vmsplice(2): guest memory into a pipe or out of it. Pages are copied, never given away, which no program can tell but by its speed. */
final class Vmsplice {
    private static final int ALL = SpliceFlags.SPLICE_F_MOVE
            | SpliceFlags.SPLICE_F_NONBLOCK
            | SpliceFlags.SPLICE_F_MORE
            | SpliceFlags.SPLICE_F_GIFT;

    private Vmsplice() {}

    static long vmsplice(Task task, int fd, long vector, long count, int flags) {
        if ((flags & ~ALL) != 0) {
            return Errno.EINVAL.negative();
        }
        File file = task.files().holdOpen(fd);
        try {
            IovIter data = Iovecs.load(task, vector, count, new IovIter());
            if (data.remaining() == 0) {
                return 0;
            }
            if (!(file instanceof PipeEnd end)) {
                return Errno.EBADF.negative();
            }
            if (end.writable() && task.mm().secretIn(data.address(), data.contiguous())) {
                return Errno.EFAULT.negative();
            }
            boolean patient = (flags & SpliceFlags.SPLICE_F_NONBLOCK) == 0 && !end.nonBlocking();
            BlockingOp op = end.writable() ? () -> end.write(task, data, 0) : () -> end.read(task, data, 0);
            long result = op.attempt();
            if (result != BlockingOp.WOULD_BLOCK) {
                return result;
            }
            if (!patient) {
                return data.moved() > 0 ? data.moved() : Errno.EAGAIN.negative();
            }
            return Blocking.transfer(task, end::poll, data, op, Blocking.FOREVER);
        } finally {
            file.release();
        }
    }
}
