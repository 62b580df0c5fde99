package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.InotifyFlags;
import umlaut.abi.Ioctl;
import umlaut.abi.Limits;
import umlaut.abi.OpenFlags;
import umlaut.abi.Rlimit;
import umlaut.abi.Signal;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/** sendfile(2) and copy_file_range(2): bytes from file to file through the kernel (Linux: fs/read_write.c, fs/splice.c). */
public final class CopyCalls {
    private CopyCalls() {}

    // --- sendfile ---

    /** @param offset address of the place to read from, or 0 for the file's position */
    public static long sendfile(Task task, int outFd, int inFd, long offset, long count) {
        long start = offset == 0 ? 0 : task.memory.getLong(offset);
        File in = task.files().holdOpen(inFd);
        try {
            if (!in.readable()) {
                return Errno.EBADF.negative();
            }
            if (offset != 0 && !in.takesOffsets()) {
                return Errno.ESPIPE.negative();
            }
            if (start < 0 || count < 0) {
                return Errno.EINVAL.negative();
            }
            File out = task.files().holdOpen(outFd);
            try {
                return send(task, out, in, offset, start, Math.min(count, Limits.MAX_RW_COUNT));
            } finally {
                out.release();
            }
        } finally {
            in.release();
        }
    }

    private static long send(Task task, File out, File in, long offset, long start, long count) {
        if (!out.writable()) {
            return Errno.EBADF.negative();
        }
        if (!in.sends() || !in.splicesOut() || (out.flags() & OpenFlags.O_APPEND) != 0) {
            return Errno.EINVAL.negative();
        }
        long from = offset == 0 ? in.position() : start;
        boolean splices = !(out.inode() instanceof AnonInode anonymous) || !anonymous.isShared();
        if (!splices && from < in.inode().size) {
            return Errno.EINVAL.negative();
        }
        long moved = copy(task, in, from, out, out.position(), count, true);
        if (moved > 0) {
            if (offset != 0) {
                task.memory.putLong(offset, from + moved);
            } else {
                in.setPosition(from + moved);
            }
            if (out.seekable()) {
                out.setPosition(out.position() + moved);
            }
        }
        return moved;
    }

    /**
     * Copies through the task's room, a piece at a time.
     *
     * @param wait whether {@code out} may be waited for
     * @return bytes copied, or the first error if there were none
     */
    private static long copy(Task task, File in, long from, File out, long to, long count, boolean wait) {
        MemorySegment room = task.fileScratch.room();
        IovIter iter = task.fileScratch.iter;
        long done = 0;
        while (done < count) {
            long want = Math.min(count - done, FileScratch.ROOM);
            long got = in.read(task, iter.kernel(room, 0, want), from + done);
            if (got == BlockingOp.WOULD_BLOCK) {
                got = done > 0 ? 0 : Errno.EAGAIN.negative();
            }
            if (got <= 0) {
                return done > 0 ? done : got;
            }
            long put = writeAll(task, out, room, got, to + done, wait);
            if (put < 0) {
                return done > 0 ? done : put;
            }
            done += put;
            if (put < got || got < want) {
                break;
            }
        }
        if (done > 0) {
            long now = task.kernel.clock.realtimeNs();
            if (out.inode().isRegular()) {
                Times.modified(out.inode(), now);
            }
            Times.accessed(in, task);
            Notify.file(task.kernel.vfs, InotifyFlags.IN_ACCESS, in);
            Notify.file(task.kernel.vfs, InotifyFlags.IN_MODIFY, out);
        }
        return done;
    }

    /** @return bytes written, fewer than {@code length} when a signal or an error ended it, or the error */
    private static long writeAll(Task task, File out, MemorySegment room, long length, long to, boolean wait) {
        IovIter iter = task.fileScratch.iter;
        long done = 0;
        while (done < length) {
            long at = done;
            iter.kernel(room, done, length - done);
            long n = out.write(task, iter, to + at);
            if (n == BlockingOp.WOULD_BLOCK) {
                if (out.nonBlocking() || !wait) {
                    n = Errno.EAGAIN.negative();
                } else {
                    n = Blocking.run(task, out::poll, () -> out.write(task, iter, to + at), Blocking.FOREVER);
                }
            }
            if (n <= 0) {
                return done > 0 ? done : n;
            }
            done += n;
        }
        return done;
    }

    // --- copy_file_range ---

    /** @param inOffset, outOffset addresses of offsets, or 0 for the files' positions */
    public static long copyFileRange(
            Task task, int inFd, long inOffset, int outFd, long outOffset, long count, int flags) {
        File in = task.files().holdOpen(inFd);
        try {
            File out = task.files().holdOpen(outFd);
            try {
                long from = inOffset == 0 ? in.position() : task.memory.getLong(inOffset);
                long to = outOffset == 0 ? out.position() : task.memory.getLong(outOffset);
                if (flags != 0) {
                    return Errno.EINVAL.negative();
                }
                long moved = range(task, in, from, out, to, count);
                if (moved > 0) {
                    store(task, in, inOffset, from + moved);
                    store(task, out, outOffset, to + moved);
                }
                return moved;
            } finally {
                out.release();
            }
        } finally {
            in.release();
        }
    }

    private static void store(Task task, File file, long address, long offset) {
        if (address == 0) {
            file.setPosition(offset);
        } else {
            task.memory.putLong(address, offset);
        }
    }

    /** generic_copy_file_checks, then the copy. */
    private static long range(Task task, File in, long from, File out, long to, long count) {
        Inode source = in.inode();
        Inode target = out.inode();
        if (source.isDirectory() || target.isDirectory()) {
            return Errno.EISDIR.negative();
        }
        if (!source.isRegular() || !target.isRegular()) {
            return Errno.EINVAL.negative();
        }
        if (!in.readable() || !out.writable() || (out.flags() & OpenFlags.O_APPEND) != 0) {
            return Errno.EBADF.negative();
        }
        if (!source.superBlock.type.equals(target.superBlock.type)) {
            return Errno.EXDEV.negative();
        }
        if ((target.flags & Ioctl.FS_IMMUTABLE_FL) != 0) {
            return Errno.EPERM.negative();
        }
        if (Long.compareUnsigned(from + count, from) < 0 || Long.compareUnsigned(to + count, to) < 0) {
            return Errno.EOVERFLOW.negative();
        }
        source.refresh();
        long atMost = count < 0 ? Limits.MAX_RW_COUNT : Math.min(count, Limits.MAX_RW_COUNT);
        long length = from >= source.size ? 0 : Math.min(atMost, source.size - from);
        if (length > 0 && to == Long.MAX_VALUE) {
            return Errno.EFBIG.negative();
        }
        if (from < 0 || to < 0 || from + length < 0) {
            return Errno.EINVAL.negative();
        }
        if (to + length < 0) {
            length = Long.MAX_VALUE - to;
        }
        long limit = task.group.limits.soft(Rlimit.RLIMIT_FSIZE);
        if (length > 0 && limit >= 0 && to + length > limit) {
            if (to >= limit) {
                ReadWrite.signal(task, Signal.SIGXFSZ);
                return Errno.EFBIG.negative();
            }
            length = limit - to;
        }
        if (source == target && from < to + length && to < from + length) {
            return Errno.EINVAL.negative();
        }
        if (length == 0) {
            return 0;
        }
        Attributes.dropSetId(target, task.credentials());
        return copy(task, in, from, out, to, length, false);
    }
}
