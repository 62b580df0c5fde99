package umlaut.kernel.vfs;

import java.util.concurrent.locks.ReentrantLock;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.InotifyFlags;
import umlaut.abi.Limits;
import umlaut.abi.OpenFlags;
import umlaut.abi.Rlimit;
import umlaut.abi.Signal;
import umlaut.kernel.mm.FileWindows;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.UserAccess;
import umlaut.kernel.mm.WindowSource;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskAccounting;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/**
 * read(2), write(2) and their vectored and positioned forms, lseek(2) (Linux: fs/read_write.c). The quick way allocates nothing: the descriptor's file is held, the
 * task's own iterator describes the memory, one try is made; only if that would block does {@link Blocking} come in.
 */
public final class ReadWrite {
    /** preadv2(2) and pwritev2(2). */
    static final int RWF_HIPRI = 1, RWF_DSYNC = 2, RWF_SYNC = 4, RWF_NOWAIT = 8, RWF_APPEND = 16, RWF_NOAPPEND = 32;

    private static final int RWF_KNOWN = RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND | RWF_NOAPPEND;

    /** As offset: the file's own position. */
    private static final long POSITION = Long.MIN_VALUE;

    private ReadWrite() {}

    // --- system calls ---

    public static long read(Task task, int fd, long address, long count) {
        File file = task.files().holdOpen(fd);
        try {
            long error = checkRead(file);
            if (error != 0) {
                return error;
            }
            IovIter to = single(task, address, count);
            if (count == 0 && !file.seekable()) {
                return readEmpty(file, task, to);
            }
            task.files().tell(task, fd, file);
            long moved = transfer(task, file, to, false, POSITION, 0);
            FileWindows.lend(task, fd, file);
            return moved;
        } finally {
            file.release();
        }
    }

    /** Asked for no bytes, a pipe or a socket still answers 0 at once. */
    private static long readEmpty(File file, Task task, IovIter to) {
        long result = file.read(task, to, 0);
        return result == BlockingOp.WOULD_BLOCK ? 0 : result;
    }

    public static long write(Task task, int fd, long address, long count) {
        File file = task.files().holdOpen(fd);
        try {
            long error = checkWrite(file);
            if (error != 0) {
                return error;
            }
            task.files().tell(task, fd, file);
            return transfer(task, file, single(task, address, count), true, POSITION, 0);
        } finally {
            file.release();
        }
    }

    public static long pread(Task task, int fd, long address, long count, long offset) {
        if (offset < 0) {
            return Errno.EINVAL.negative();
        }
        File file = task.files().holdOpen(fd);
        try {
            long error = file.takesOffsets() ? checkRead(file) : Errno.ESPIPE.negative();
            return error != 0 ? error : transfer(task, file, single(task, address, count), false, offset, 0);
        } finally {
            file.release();
        }
    }

    public static long pwrite(Task task, int fd, long address, long count, long offset) {
        if (offset < 0) {
            return Errno.EINVAL.negative();
        }
        File file = task.files().holdOpen(fd);
        try {
            long error = file.takesOffsets() ? checkWrite(file) : Errno.ESPIPE.negative();
            return error != 0 ? error : transfer(task, file, single(task, address, count), true, offset, 0);
        } finally {
            file.release();
        }
    }

    public static long readv(Task task, int fd, long vector, long count) {
        return vectored(task, fd, vector, count, false, POSITION, 0);
    }

    public static long writev(Task task, int fd, long vector, long count) {
        return vectored(task, fd, vector, count, true, POSITION, 0);
    }

    public static long preadv(Task task, int fd, long vector, long count, long offset) {
        return offset < 0 ? Errno.EINVAL.negative() : vectored(task, fd, vector, count, false, offset, 0);
    }

    public static long pwritev(Task task, int fd, long vector, long count, long offset) {
        return offset < 0 ? Errno.EINVAL.negative() : vectored(task, fd, vector, count, true, offset, 0);
    }

    /** @param offset -1: the file's position */
    public static long preadv2(Task task, int fd, long vector, long count, long offset, int flags) {
        if (offset < -1) {
            return Errno.EINVAL.negative();
        }
        return vectored(task, fd, vector, count, false, offset == -1 ? POSITION : offset, flags);
    }

    public static long pwritev2(Task task, int fd, long vector, long count, long offset, int flags) {
        if (offset < -1) {
            return Errno.EINVAL.negative();
        }
        return vectored(task, fd, vector, count, true, offset == -1 ? POSITION : offset, flags);
    }

    /**
     * A transfer that is not the system call's own result, io_submit(2)'s: guest memory {@code iter}, at {@code offset} where the file has places. Waits where the
     * file does.
     *
     * @param flags RWF_*
     */
    public static long perform(Task task, File file, IovIter iter, boolean writing, long offset, int flags) {
        return file.seekable()
                ? at(task, file, iter, writing, offset, flags)
                : blockingAt(task, file, iter, writing, 0);
    }

    public static long lseek(Task task, int fd, long offset, int whence) {
        File file = task.files().holdOpen(fd);
        try {
            if (whence < 0 || whence > umlaut.abi.Seek.SEEK_HOLE) {
                return Errno.EINVAL.negative();
            }
            boolean locked = lockPosition(task, file);
            try {
                return file.seek(offset, whence);
            } finally {
                unlockPosition(file, locked);
            }
        } finally {
            file.release();
        }
    }

    // --- parts ---

    private static long checkRead(File file) {
        if (!file.readable()) {
            return Errno.EBADF.negative();
        }
        if (!file.hasData(false)) {
            return Errno.EINVAL.negative();
        }
        return file.inode().isDirectory() ? Errno.EISDIR.negative() : 0;
    }

    private static long checkWrite(File file) {
        return !file.writable() ? Errno.EBADF.negative() : file.hasData(true) ? 0 : Errno.EINVAL.negative();
    }

    /** One guest range as the iterator's, cut to what one call moves at most. */
    private static IovIter single(Task task, long address, long count) {
        UserAccess.requireRange(address, count);
        if (count < 0) {
            throw Errno.EINVAL.exception();
        }
        return task.fileScratch.iter.user(task, address, Math.min(count, Limits.MAX_RW_COUNT));
    }

    private static long vectored(Task task, int fd, long vector, long count, boolean writing, long offset, int flags) {
        File file = task.files().holdOpen(fd);
        try {
            if (offset != POSITION && !file.takesOffsets()) {
                return Errno.ESPIPE.negative();
            }
            if (!(writing ? file.writable() : file.readable())) {
                return Errno.EBADF.negative();
            }
            if (!file.hasData(writing)) {
                return Errno.EINVAL.negative();
            }
            IovIter iter = Iovecs.load(task, vector, count);
            if (iter.remaining() == 0) {
                return 0;
            }
            if (!writing && file.inode().isDirectory()) {
                return Errno.EISDIR.negative();
            }
            if ((flags & ~RWF_KNOWN) != 0) {
                return Errno.EOPNOTSUPP.negative();
            }
            if ((flags & RWF_APPEND) != 0 && (flags & RWF_NOAPPEND) != 0) {
                return Errno.EINVAL.negative();
            }
            if ((flags & RWF_NOWAIT) != 0 && file.inode().isRegular()) {
                return Errno.EOPNOTSUPP.negative();
            }
            return transfer(task, file, iter, writing, offset, flags);
        } finally {
            file.release();
        }
    }

    private static long transfer(Task task, File file, IovIter iter, boolean writing, long offset, int flags) {
        if (!writing) {
            Notify.mayRead(task.kernel.vfs, file);
        }
        long moved = move(task, file, iter, writing, offset, flags);
        TaskAccounting accounting = task.accounting;
        if (writing) {
            accounting.writeCalls++;
            accounting.writtenBytes += Math.max(moved, 0);
        } else {
            accounting.readCalls++;
            accounting.readBytes += Math.max(moved, 0);
        }
        return moved;
    }

    private static long move(Task task, File file, IovIter iter, boolean writing, long offset, int flags) {
        if (!file.seekable()) {
            return stream(task, file, iter, writing, flags);
        }
        if (offset != POSITION) {
            return direct(task, file, iter, writing, offset, flags);
        }
        if (file.movesItself()) {
            return stream(task, file, iter, writing, flags);
        }
        boolean locked = lockPosition(task, file);
        try {
            long position = file.position();
            long moved = direct(task, file, iter, writing, position, flags);
            if (moved > 0) {
                boolean append = writing && appends(file, flags);
                file.setPosition(append ? file.inode().size : position + moved);
            }
            return moved;
        } finally {
            unlockPosition(file, locked);
        }
    }

    private static boolean appends(File file, int flags) {
        boolean wanted = (file.flags() & OpenFlags.O_APPEND) != 0 || (flags & RWF_APPEND) != 0;
        return wanted && (flags & RWF_NOAPPEND) == 0 && file.inode().isRegular();
    }

    /** A file without a position, or without one of ours: may block. */
    private static long stream(Task task, File file, IovIter iter, boolean writing, int flags) {
        long result = once(task, file, iter, writing);
        if (result == BlockingOp.WOULD_BLOCK) {
            if (file.nonBlocking() || (flags & RWF_NOWAIT) != 0) {
                return Errno.EAGAIN.negative();
            }
            result = waiting(task, file, iter, writing);
        }
        if (result > 0) {
            Notify.file(task.kernel.vfs, writing ? InotifyFlags.IN_MODIFY : InotifyFlags.IN_ACCESS, file);
        }
        return result;
    }

    /** Goes on when the file can, as long as it waits at most (sockets have time limits). */
    private static long waiting(Task task, File file, IovIter iter, boolean writing) {
        long limitNs = file.waitLimitNs(writing);
        long deadline = limitNs == 0 ? Blocking.FOREVER : task.kernel.clock.monotonicNs() + limitNs;
        long result = Blocking.transfer(task, file::poll, iter, () -> once(task, file, iter, writing), deadline);
        if (result == Errno.ETIMEDOUT.negative()) {
            return Errno.EAGAIN.negative();
        }
        // A restart would begin with the whole time again.
        return limitNs != 0 && result == -Restart.ERESTARTSYS ? Errno.EINTR.negative() : result;
    }

    private static long once(Task task, File file, IovIter iter, boolean writing) {
        return attempt(task, file, iter, writing, File.AT_POSITION);
    }

    /** One try; guest memory that the address space has left to be mapped on a fault is a fault mended. */
    private static long attempt(Task task, File file, IovIter iter, boolean writing, long offset) {
        while (true) {
            long result = writing ? file.write(task, iter, offset) : file.read(task, iter, offset);
            if (result != Errno.EFAULT.negative() || !iter.repair(!writing)) {
                return result;
            }
        }
    }

    /** As {@link #at}, for a system call whose result it is: much of a read may be left to the guest thread. */
    private static long direct(Task task, File file, IovIter iter, boolean writing, long offset, int flags) {
        WindowSource source = writing ? null : file.inode().windowSource();
        long copied = source == null ? 0 : FileWindows.read(task, file, source, iter, offset);
        if (copied == 0) {
            return at(task, file, iter, writing, offset, flags);
        }
        Notify.file(task.kernel.vfs, InotifyFlags.IN_ACCESS, file);
        Times.accessed(file, task);
        try {
            return copied
                    + (iter.remaining() == 0 ? 0 : Math.max(0, attempt(task, file, iter, false, offset + copied)));
        } catch (ErrnoException e) {
            return copied; // what came before an error counts
        }
    }

    /** At a place in a file that has places. */
    private static long at(Task task, File file, IovIter iter, boolean writing, long offset, int flags) {
        if (offset + iter.remaining() < 0) {
            return Errno.EINVAL.negative();
        }
        if (!writing) {
            long moved = blockingAt(task, file, iter, false, offset);
            if (moved > 0) {
                Notify.file(task.kernel.vfs, InotifyFlags.IN_ACCESS, file);
            }
            if (moved >= 0) {
                Times.accessed(file, task);
            }
            return moved;
        }
        if (!appends(file, flags)) {
            return writeAt(task, file, iter, offset, flags);
        }
        ReentrantLock lock = file.inode().state().appendLock;
        lock.lock();
        try {
            return writeAt(task, file, iter, file.inode().size, flags);
        } finally {
            lock.unlock();
        }
    }

    private static long writeAt(Task task, File file, IovIter iter, long offset, int flags) {
        Inode inode = file.inode();
        if (inode.isRegular()) {
            long error = inode.swap ? Errno.ETXTBSY.negative() : limit(task, iter, offset);
            if (error != 0) {
                return error;
            }
            if (iter.remaining() > 0) {
                Attributes.dropSetId(inode, task.credentials());
            }
        }
        long moved = blockingAt(task, file, iter, true, offset);
        if (moved > 0) {
            written(task, file, inode, flags);
        }
        return moved;
    }

    private static void written(Task task, File file, Inode inode, int flags) {
        if (inode.isRegular()) {
            Times.modified(inode, task.kernel.clock.realtimeNs());
        }
        Notify.file(task.kernel.vfs, InotifyFlags.IN_MODIFY, file);
        if ((flags & (RWF_SYNC | RWF_DSYNC)) != 0 || (file.flags() & OpenFlags.O_DSYNC) != 0) {
            file.sync((flags & RWF_SYNC) == 0 && (file.flags() & OpenFlags.__O_SYNC) == 0);
        }
    }

    private static long blockingAt(Task task, File file, IovIter iter, boolean writing, long offset) {
        long result = attempt(task, file, iter, writing, offset);
        if (result != BlockingOp.WOULD_BLOCK) {
            return result;
        }
        if (file.nonBlocking()) {
            return Errno.EAGAIN.negative();
        }
        return Blocking.run(
                task,
                file::poll,
                () -> writing ? file.write(task, iter, offset) : file.read(task, iter, offset),
                Blocking.FOREVER);
    }

    /** generic_write_checks: RLIMIT_FSIZE. @return 0, or -EFBIG, after SIGXFSZ for the limit */
    private static long limit(Task task, IovIter iter, long offset) {
        long count = iter.remaining();
        if (count == 0) {
            return 0;
        }
        long most = task.group.limits.soft(Rlimit.RLIMIT_FSIZE);
        if (most >= 0 && offset + count > most) {
            if (offset >= most) {
                signal(task, Signal.SIGXFSZ);
                return Errno.EFBIG.negative();
            }
            iter.limit(most - offset);
        }
        return 0;
    }

    static void signal(Task task, int signo) {
        Signals.raise(task, signo);
    }

    /** The position needs its lock only where others may have the file too. @return whether it was taken */
    static boolean lockPosition(Task task, File file) {
        // One reference is the descriptor's, one is our own; who shares the table may come at any moment.
        if (file.references() <= 2 && !task.files().shared()) {
            return false;
        }
        file.positionLock.lock();
        return true;
    }

    static void unlockPosition(File file, boolean locked) {
        if (locked) {
            file.positionLock.unlock();
        }
    }
}
