package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Fcntl;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.abi.OpenHow;
import umlaut.abi.Rlimit;
import umlaut.kernel.task.Task;

/** open(2), openat2(2), close(2), close_range(2), dup(2) and their forms (Linux: fs/open.c, fs/file.c). */
public final class OpenCalls {
    private static final int RESOLVE_KNOWN = OpenFlags.RESOLVE_NO_XDEV
            | OpenFlags.RESOLVE_NO_MAGICLINKS
            | OpenFlags.RESOLVE_NO_SYMLINKS
            | OpenFlags.RESOLVE_BENEATH
            | OpenFlags.RESOLVE_IN_ROOT
            | OpenFlags.RESOLVE_CACHED;
    private static final int CREATING = OpenFlags.O_CREAT | OpenFlags.__O_TMPFILE;

    private OpenCalls() {}

    public static long creat(Task task, long path, int mode) {
        return openat(task, AtFlags.AT_FDCWD, path, OpenFlags.O_CREAT | OpenFlags.O_WRONLY | OpenFlags.O_TRUNC, mode);
    }

    public static long openat(Task task, int dirFd, long path, int flags, int mode) {
        int f = Open.legacyFlags(flags);
        if ((f & OpenFlags.O_PATH) == 0) {
            f = Open.check(f);
        }
        return open(task, dirFd, path, f, mode & Mode.S_IALLUGO, 0);
    }

    /** @param how struct open_how, {@code size} bytes of it */
    public static long openat2(Task task, int dirFd, long path, long how, long size) {
        if (Long.compareUnsigned(size, OpenHow.SIZE) < 0) {
            return Errno.EINVAL.negative();
        }
        if (Long.compareUnsigned(size, 4096) > 0) {
            return Errno.E2BIG.negative();
        }
        MemorySegment h = task.memory.struct(how, (int) size);
        for (long i = OpenHow.SIZE; i < size; i++) {
            if (Le.getByte(h, i) != 0) {
                return Errno.E2BIG.negative();
            }
        }
        long flags = Le.getLong(h, OpenHow.FLAGS);
        long mode = Le.getLong(h, OpenHow.MODE);
        long resolve = Le.getLong(h, OpenHow.RESOLVE);
        checkHow(flags, mode, resolve);
        int f = (int) flags | OpenFlags.O_LARGEFILE;
        if ((f & OpenFlags.O_PATH) == 0) {
            f = Open.check(f);
        }
        return open(task, dirFd, path, f, (int) mode, (int) resolve);
    }

    /** What openat2(2) is strict about and open(2) is not. @throws ErrnoException EINVAL, EAGAIN */
    private static void checkHow(long flags, long mode, long resolve) {
        int pathFlags = OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_PATH | OpenFlags.O_CLOEXEC;
        boolean badFlags = (flags & ~(long) Open.KNOWN) != 0
                || (flags & OpenFlags.O_PATH) != 0 && (flags & ~(long) pathFlags) != 0;
        boolean badMode = (flags & CREATING) == 0 ? mode != 0 : (mode & ~(long) Mode.S_IALLUGO) != 0;
        int both = OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_IN_ROOT;
        if (badFlags || badMode || (resolve & ~(long) RESOLVE_KNOWN) != 0 || (resolve & both) == both) {
            throw Errno.EINVAL.exception();
        }
        if ((resolve & OpenFlags.RESOLVE_CACHED) != 0 && (flags & (CREATING | OpenFlags.O_TRUNC)) != 0) {
            throw Errno.EAGAIN.exception();
        }
    }

    private static long open(Task task, int dirFd, long path, int flags, int mode, int resolve) {
        PathWalk walk = task.fileScratch.walk;
        walk.begin(task, dirFd, path, resolve);
        task.files().requireFree(limit(task)); // before anything is looked up or made
        File file = Open.open(task.kernel.vfs, walk, flags, mode);
        try {
            return task.files().install(file, (flags & OpenFlags.O_CLOEXEC) != 0, 0, limit(task));
        } catch (ErrnoException e) {
            file.release();
            throw e;
        }
    }

    static long limit(Task task) {
        return task.group.limits.soft(Rlimit.RLIMIT_NOFILE);
    }

    public static long close(Task task, int fd) {
        return task.files().close(task, fd) ? 0 : Errno.EBADF.negative();
    }

    public static long closeRange(Task task, int first, int last, int flags) {
        int known = Fcntl.CLOSE_RANGE_UNSHARE | Fcntl.CLOSE_RANGE_CLOEXEC;
        if ((flags & ~known) != 0 || Integer.compareUnsigned(first, last) > 0) {
            return Errno.EINVAL.negative();
        }
        if ((flags & Fcntl.CLOSE_RANGE_UNSHARE) != 0 && task.files().shared()) {
            FileTable own = task.files().copy();
            task.files().leave(task);
            task.setFiles(own);
        }
        FileTable files = task.files();
        if (first < 0) {
            return 0;
        }
        int end = last < 0 ? files.size() - 1 : Math.min(last, files.size() - 1);
        for (int fd = first; fd <= end; fd++) {
            if ((flags & Fcntl.CLOSE_RANGE_CLOEXEC) == 0) {
                files.close(task, fd);
            } else if (files.lookup(fd) != null) {
                files.markCloseOnExec(fd);
            }
        }
        return 0;
    }

    // --- dup ---

    public static long dup(Task task, int fd) {
        return dupFrom(task, fd, 0, false);
    }

    /** F_DUPFD. @param from lowest descriptor to take */
    static long dupFrom(Task task, int fd, int from, boolean cloexec) {
        File file = task.files().hold(fd);
        long limit = limit(task);
        if (Integer.toUnsignedLong(from) >= limit && limit >= 0) {
            file.release();
            return Errno.EINVAL.negative();
        }
        try {
            return task.files().install(file, cloexec, from, limit);
        } catch (ErrnoException e) {
            file.release();
            throw e;
        }
    }

    public static long dup2(Task task, int oldFd, int newFd) {
        if (oldFd == newFd) {
            task.files().get(oldFd);
            return newFd;
        }
        return replace(task, oldFd, newFd, false);
    }

    public static long dup3(Task task, int oldFd, int newFd, int flags) {
        if ((flags & ~OpenFlags.O_CLOEXEC) != 0 || oldFd == newFd) {
            return Errno.EINVAL.negative();
        }
        return replace(task, oldFd, newFd, flags != 0);
    }

    private static long replace(Task task, int oldFd, int newFd, boolean cloexec) {
        long limit = limit(task);
        if (newFd < 0 || newFd >= limit && limit >= 0) {
            return Errno.EBADF.negative();
        }
        FileTable files = task.files();
        File file = files.hold(oldFd);
        File old = files.replace(newFd, file, cloexec);
        if (old != null) {
            files.closed(task, old);
        }
        return newFd;
    }
}
