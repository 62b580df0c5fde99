package umlaut.kernel.ipc;

import umlaut.abi.Errno;
import umlaut.abi.Limits;
import umlaut.abi.OpenFlags;
import umlaut.abi.Signal;
import umlaut.abi.SpliceFlags;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/**
 * splice(2) and tee(2) (fs/splice.c). Bytes are copied once: between a pipe's ring and the file, which reads or writes kernel memory.
 */
final class Splice {
    private static final int ALL = SpliceFlags.SPLICE_F_MOVE
            | SpliceFlags.SPLICE_F_NONBLOCK
            | SpliceFlags.SPLICE_F_MORE
            | SpliceFlags.SPLICE_F_GIFT;

    private Splice() {}

    static long splice(Task task, int fdIn, long inOffset, int fdOut, long outOffset, long length, int flags) {
        if (length == 0) {
            return 0;
        }
        if ((flags & ~ALL) != 0) {
            return Errno.EINVAL.negative();
        }
        File in = task.files().holdOpen(fdIn);
        try {
            File out = task.files().holdOpen(fdOut);
            try {
                long limit = Long.compareUnsigned(length, Limits.MAX_RW_COUNT) > 0 ? Limits.MAX_RW_COUNT : length;
                return between(task, in, inOffset, out, outOffset, limit, (flags & SpliceFlags.SPLICE_F_NONBLOCK) != 0);
            } finally {
                out.release();
            }
        } finally {
            in.release();
        }
    }

    private static long between(
            Task task, File in, long inOffset, File out, long outOffset, long limit, boolean nonBlocking) {
        Pipe from = in instanceof PipeEnd end ? end.pipe() : null;
        Pipe to = out instanceof PipeEnd end ? end.pipe() : null;
        if (from != null && inOffset != 0 || to != null && outOffset != 0) {
            return Errno.ESPIPE.negative();
        }
        if (inOffset != 0) {
            task.memory.getLong(inOffset); // EFAULT comes before what follows
        }
        if (outOffset != 0) {
            task.memory.getLong(outOffset);
        }
        if (!in.readable() || !out.writable()) {
            return Errno.EBADF.negative();
        }
        if (from != null && to != null) {
            boolean patient = !nonBlocking && !in.nonBlocking() && !out.nonBlocking();
            return from == to ? Errno.EINVAL.negative() : pipeToPipe(task, in, from, out, to, limit, true, patient);
        }
        if (from != null) {
            if (outOffset != 0 && !out.seekable() || (out.flags() & OpenFlags.O_APPEND) != 0) {
                return Errno.EINVAL.negative();
            }
            return withOffset(task, out, outOffset, at -> toFile(task, in, from, out, at, limit, !nonBlocking));
        }
        if (to != null) {
            if (inOffset != 0 && !in.seekable() || !in.splicesOut()) {
                return Errno.EINVAL.negative();
            }
            boolean patient = !nonBlocking && !out.nonBlocking();
            return withOffset(task, in, inOffset, at -> fromFile(task, in, at, out, to, limit, patient));
        }
        return Errno.EINVAL.negative();
    }

    private interface At {
        long move(long offset);
    }

    /** Runs at the given offset, stored back behind the bytes moved, or at the file's position. */
    private static long withOffset(Task task, File file, long offsetAddress, At action) {
        if (offsetAddress != 0) {
            long at = task.memory.getLong(offsetAddress);
            if (at < 0) {
                return Errno.EINVAL.negative();
            }
            long moved = action.move(at);
            if (moved > 0) {
                task.memory.putLong(offsetAddress, at + moved);
            }
            return moved;
        }
        if (!file.seekable()) {
            return action.move(0);
        }
        file.positionLock.lock();
        try {
            long moved = action.move(file.position());
            if (moved > 0) {
                file.setPosition(file.position() + moved);
            }
            return moved;
        } finally {
            file.positionLock.unlock();
        }
    }

    // --- from a pipe to a file ---

    private static long toFile(Task task, File in, Pipe from, File out, long offset, long limit, boolean patient) {
        IovIter data = new IovIter();
        long[] moved = new long[1];
        BlockingOp op = () -> {
            while (moved[0] < limit) {
                long n = pushOut(task, from, out, offset + moved[0], limit - moved[0], data);
                if (n <= 0) {
                    return moved[0] > 0 ? moved[0] : n;
                }
                moved[0] += n;
            }
            return moved[0];
        };
        return wait(task, in, out, op, patient);
    }

    /** One piece of the ring to the file. @return bytes, 0 at the pipe's end, WOULD_BLOCK, or -errno */
    private static long pushOut(Task task, Pipe from, File out, long offset, long limit, IovIter data) {
        from.readLock.lock();
        try {
            boolean ended = from.writers() == 0;
            long have = from.available();
            if (have == 0) {
                return ended ? 0 : BlockingOp.WOULD_BLOCK;
            }
            ByteRing ring = from.storage();
            long n = Math.min(limit, Math.min(have, ring.contiguous(from.head())));
            data.kernel(ring.storage(), ring.index(from.head()), n);
            long result = out.write(task, data, offset);
            long taken = data.moved();
            if (taken > 0) {
                from.consumeSpliced(taken);
                return taken;
            }
            return result;
        } finally {
            from.readLock.unlock();
        }
    }

    // --- from a file to a pipe ---

    private static long fromFile(Task task, File in, long offset, File out, Pipe to, long limit, boolean patient) {
        IovIter data = new IovIter();
        long[] moved = new long[1];
        BlockingOp op = () -> {
            while (moved[0] < limit) {
                long n = pullIn(task, in, offset + moved[0], to, limit - moved[0], data);
                if (n <= 0) {
                    return moved[0] > 0 ? moved[0] : n;
                }
                moved[0] += n;
                if (!in.seekable()) {
                    break;
                }
            }
            return moved[0];
        };
        return wait(task, in, out, op, patient);
    }

    private static long pullIn(Task task, File in, long offset, Pipe to, long limit, IovIter data) {
        if (to.readers() == 0) {
            Signals.raise(task, Signal.SIGPIPE);
            return Errno.EPIPE.negative();
        }
        to.writeLock.lock();
        try {
            long room = to.freeBytes();
            if (room == 0) {
                return BlockingOp.WOULD_BLOCK;
            }
            to.makeRoom(Math.min(room, limit));
            ByteRing ring = to.storage();
            long n = Math.min(limit, Math.min(room, ring.contiguous(to.tail())));
            data.kernel(ring.storage(), ring.index(to.tail()), n);
            long result = in.read(task, data, offset);
            long got = data.moved();
            if (got > 0) {
                to.produce(got, false);
                return got;
            }
            return result;
        } finally {
            to.writeLock.unlock();
        }
    }

    // --- between pipes ---

    static long tee(Task task, int fdIn, int fdOut, long length, int flags) {
        if ((flags & ~ALL) != 0) {
            return Errno.EINVAL.negative();
        }
        if (length == 0) {
            return 0;
        }
        File in = task.files().holdOpen(fdIn);
        try {
            File out = task.files().holdOpen(fdOut);
            try {
                if (!in.readable() || !out.writable()) {
                    return Errno.EBADF.negative();
                }
                if (!(in instanceof PipeEnd from) || !(out instanceof PipeEnd to) || from.pipe() == to.pipe()) {
                    return Errno.EINVAL.negative();
                }
                boolean patient =
                        (flags & SpliceFlags.SPLICE_F_NONBLOCK) == 0 && !in.nonBlocking() && !out.nonBlocking();
                long limit = Long.compareUnsigned(length, Limits.MAX_RW_COUNT) > 0 ? Limits.MAX_RW_COUNT : length;
                return pipeToPipe(task, in, from.pipe(), out, to.pipe(), limit, false, patient);
            } finally {
                out.release();
            }
        } finally {
            in.release();
        }
    }

    private static long pipeToPipe(
            Task task, File in, Pipe from, File out, Pipe to, long limit, boolean take, boolean patient) {
        BlockingOp op = () -> {
            if (to.readers() == 0) {
                Signals.raise(task, Signal.SIGPIPE);
                return Errno.EPIPE.negative();
            }
            return copy(from, to, limit, take);
        };
        return wait(task, in, out, op, patient);
    }

    private static long copy(Pipe from, Pipe to, long limit, boolean take) {
        // The target's storage must not have to grow below the source's lock, or two copies in opposite directions
        // could wait for each other.
        to.writeLock.lock();
        try {
            to.makeRoom(Math.min(limit, to.freeBytes()));
        } finally {
            to.writeLock.unlock();
        }
        from.readLock.lock();
        try {
            boolean ended = from.writers() == 0;
            long have = from.available();
            if (have == 0) {
                return ended ? 0 : BlockingOp.WOULD_BLOCK;
            }
            to.writeLock.lock();
            try {
                long room = Math.min(to.freeBytes(), to.storage().size() - (to.tail() - to.head()));
                long count = Math.min(limit, Math.min(have, room));
                if (count == 0) {
                    return BlockingOp.WOULD_BLOCK;
                }
                to.copyFrom(from, count);
                to.produce(count, false);
                if (take) {
                    from.consumeSpliced(count);
                }
                return count;
            } finally {
                to.writeLock.unlock();
            }
        } finally {
            from.readLock.unlock();
        }
    }

    private static long wait(Task task, File in, File out, BlockingOp op, boolean patient) {
        long result = op.attempt();
        if (result != BlockingOp.WOULD_BLOCK) {
            return result;
        }
        if (!patient) {
            return Errno.EAGAIN.negative();
        }
        return Blocking.run(
                task,
                table -> {
                    in.poll(table);
                    out.poll(table);
                },
                op,
                Blocking.FOREVER);
    }
}
