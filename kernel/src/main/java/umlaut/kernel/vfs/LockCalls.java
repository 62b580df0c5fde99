package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.Flock;
import umlaut.abi.Le;
import umlaut.abi.Seek;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/** The record locks of fcntl(2), and flock(2) (Linux: fs/locks.c). */
final class LockCalls {
    private LockCalls() {}

    static long flock(Task task, int fd, int operation) {
        int type = switch (operation & ~Fcntl.LOCK_NB) {
            case Fcntl.LOCK_SH -> Fcntl.F_RDLCK;
            case Fcntl.LOCK_EX -> Fcntl.F_WRLCK;
            case Fcntl.LOCK_UN -> Fcntl.F_UNLCK;
            default -> -1;
        };
        // LOCK_MAND asks for nothing any more.
        if (type < 0) {
            return (operation & Fcntl.LOCK_MAND) != 0 ? 0 : Errno.EINVAL.negative();
        }
        File file = task.files().holdOpen(fd);
        try {
            if (type != Fcntl.F_UNLCK && !file.readable() && !file.writable()) {
                return Errno.EBADF.negative();
            }
            FileLocks locks = FileLocks.of(file.inode());
            holdBy(file, locks);
            int pid = task.group.tgid;
            if (locks.flock(file, type, pid)) {
                return 0;
            }
            if ((operation & Fcntl.LOCK_NB) != 0) {
                return Errno.EAGAIN.negative();
            }
            return Blocking.on(
                    task,
                    file.inode().state().lockWaiters,
                    () -> locks.flock(file, type, pid) ? 0 : BlockingOp.WOULD_BLOCK);
        } finally {
            file.release();
        }
    }

    private static void holdBy(File file, FileLocks locks) {
        file.setLockHolder(locks::released);
    }

    // --- record locks ---

    /** A struct flock with its range made absolute. */
    private record Request(int type, long start, long end, int pid) {}

    /** F_GETLK, F_OFD_GETLK. */
    static long get(Task task, File file, long address, boolean ofd) {
        MemorySegment raw = task.memory.struct(address, Flock.SIZE);
        int type = Le.getShort(raw, Flock.L_TYPE);
        Request request = decode(raw, file);
        if (type != Fcntl.F_RDLCK && type != Fcntl.F_WRLCK && !(ofd && type == Fcntl.F_UNLCK)) {
            return Errno.EINVAL.negative();
        }
        if (ofd && request.pid != 0) {
            return Errno.EINVAL.negative();
        }
        Object owner = ofd ? file : task.files();
        FileLocks.Lock found = FileLocks.of(file.inode()).test(owner, type, request.start, request.end);
        MemorySegment out = task.fileScratch.struct();
        MemorySegment.copy(raw, 0, out, 0, Flock.SIZE);
        if (found == null) {
            Le.putShort(out, Flock.L_TYPE, Fcntl.F_UNLCK);
        } else {
            Le.putShort(out, Flock.L_TYPE, found.type());
            Le.putShort(out, Flock.L_WHENCE, Seek.SEEK_SET);
            Le.putLong(out, Flock.L_START, found.start());
            Le.putLong(out, Flock.L_LEN, found.end() == Long.MAX_VALUE ? 0 : found.end() - found.start() + 1);
            Le.putInt(out, Flock.L_PID, found.pid() < 0 ? found.pid() : task.pidSeen(found.pid()));
        }
        task.memory.write(address, out, 0, Flock.SIZE);
        return 0;
    }

    /** F_SETLK, F_SETLKW and the forms for open file descriptions. */
    static long set(Task task, File file, int fd, long address, boolean ofd, boolean wait) {
        Request request = decode(task.memory.struct(address, Flock.SIZE), file);
        switch (request.type) {
            case Fcntl.F_RDLCK -> {
                if (!file.readable()) {
                    return Errno.EBADF.negative();
                }
            }
            case Fcntl.F_WRLCK -> {
                if (!file.writable()) {
                    return Errno.EBADF.negative();
                }
            }
            case Fcntl.F_UNLCK -> {}
            default -> {
                return Errno.EINVAL.negative();
            }
        }
        if (ofd && request.pid != 0) {
            return Errno.EINVAL.negative();
        }
        FileLocks locks = FileLocks.of(file.inode());
        FileTable table = task.files();
        Object owner = ofd ? file : table;
        if (ofd) {
            holdBy(file, locks);
        }
        int pid = ofd ? -1 : task.group.tgid;
        long result = take(task, file, locks, owner, request, pid, wait, !ofd);
        // A close that came between has removed the process's locks; ours must not outlive it.
        if (result == 0 && !ofd && request.type != Fcntl.F_UNLCK && table.lookup(fd) != file) {
            locks.set(owner, Fcntl.F_UNLCK, request.start, request.end, pid);
            return Errno.EBADF.negative();
        }
        return result;
    }

    private static long take(
            Task task,
            File file,
            FileLocks locks,
            Object owner,
            Request request,
            int pid,
            boolean wait,
            boolean detect) {
        FileLocks.Lock obstacle = locks.set(owner, request.type, request.start, request.end, pid);
        if (obstacle == null) {
            return 0;
        }
        if (!wait) {
            return Errno.EAGAIN.negative();
        }
        LockGraph graph = task.kernel.vfs.lockGraph;
        try {
            return Blocking.on(task, file.inode().state().lockWaiters, () -> {
                FileLocks.Lock other = locks.set(owner, request.type, request.start, request.end, pid);
                if (other == null) {
                    return 0;
                }
                if (detect && !graph.await(owner, other.owner())) {
                    return Errno.EDEADLK.negative();
                }
                return BlockingOp.WOULD_BLOCK;
            });
        } finally {
            graph.done(owner);
        }
    }

    /** flock_to_posix_lock. @throws umlaut.abi.ErrnoException EINVAL, EOVERFLOW */
    private static Request decode(MemorySegment raw, File file) {
        int type = Le.getShort(raw, Flock.L_TYPE);
        long start = Le.getLong(raw, Flock.L_START);
        long length = Le.getLong(raw, Flock.L_LEN);
        int pid = Le.getInt(raw, Flock.L_PID);
        long base = switch (Le.getShort(raw, Flock.L_WHENCE)) {
            case Seek.SEEK_SET -> 0;
            case Seek.SEEK_CUR -> file.position();
            case Seek.SEEK_END -> {
                file.inode().refresh();
                yield file.inode().size;
            }
            default -> throw Errno.EINVAL.exception();
        };
        if (start > Long.MAX_VALUE - base) {
            throw Errno.EOVERFLOW.exception();
        }
        start += base;
        if (start < 0) {
            throw Errno.EINVAL.exception();
        }
        long end = Long.MAX_VALUE;
        if (length > 0) {
            if (length - 1 > Long.MAX_VALUE - start) {
                throw Errno.EOVERFLOW.exception();
            }
            end = start + length - 1;
        } else if (length < 0) {
            if (start + length < 0) {
                throw Errno.EINVAL.exception();
            }
            end = start - 1;
            start += length;
        }
        return new Request(type, start, end, pid);
    }
}
