package umlaut.kernel.vfs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.OpenFlags;
import umlaut.engine.KnownFiles;
import umlaut.engine.OwnAnswers;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;

/**
 * Descriptors of the tasks that share it (Linux: files_struct). Changes are made under the monitor; look-ups are lock-free: a slot's file is
 * taken from a volatile snapshot array, and a closed file stays usable by the call that fetched it because {@link #get} callers that may sleep hold a reference by {@link #hold}.
 */
public final class FileTable {
    private static final int FIRST_SIZE = 64;

    private volatile @Nullable File[] slots = new @Nullable File[FIRST_SIZE];

    @GuardedBy("this") private long[] closeOnExec = new long[FIRST_SIZE / 64];

    /** No free slot below this. */
    @GuardedBy("this") private int firstFree;

    private volatile int users = 1;

    /** Threads that know something of files in here ({@link KnownFiles}). */
    @GuardedBy("this") private final List<UserThread> told = new ArrayList<>(0);

    /** Threads that may open what is not there by themselves. */
    @GuardedBy("this") private final List<UserThread> openers = new ArrayList<>(1);

    /** clone(CLONE_FILES): one more task shares it. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the monitor
    public synchronized FileTable share() {
        endLoans();
        users++;
        return this;
    }

    /** A task leaves; the last one closes everything. */
    public void leave(Task task) {
        synchronized (this) {
            forgetKnown(task.user());
            if (--users > 0) {
                return;
            }
        }
        for (int fd = 0; fd < slots.length; fd++) {
            if (slots[fd] != null) {
                close(task, fd);
            }
        }
    }

    public boolean shared() {
        return users > 1;
    }

    /** Others are about to have the files, too, and with them the positions. */
    private void endLoans() {
        for (File file : slots) {
            if (file != null) {
                file.endLoan();
            }
        }
    }

    /** fork(2) copies: the same files, one more reference each. */
    public synchronized FileTable copy() {
        endLoans();
        FileTable c = new FileTable();
        synchronized (c) {
            c.slots = slots.clone();
            c.closeOnExec = closeOnExec.clone();
            c.firstFree = firstFree;
            for (File file : c.slots) {
                if (file != null) {
                    file.acquire();
                }
            }
        }
        return c;
    }

    /** @throws umlaut.abi.ErrnoException EBADF */
    public File get(int fd) {
        File file = lookup(fd);
        if (file == null) {
            throw Errno.EBADF.exception();
        }
        return file;
    }

    public @Nullable File lookup(int fd) {
        @Nullable File[] s = slots;
        return fd >= 0 && fd < s.length ? s[fd] : null;
    }

    /** Has it a descriptor in here? */
    public boolean contains(File file) {
        for (File open : slots) {
            if (open == file) {
                return true;
            }
        }
        return false;
    }

    /** As {@link #get}, with a reference that the caller releases: for calls during which another thread may close the descriptor. */
    public File hold(int fd) {
        while (true) {
            File file = get(fd);
            if (file.tryAcquire()) {
                return file;
            }
        }
    }

    /** As {@link #hold}, for calls that take no O_PATH descriptor. @throws umlaut.abi.ErrnoException EBADF */
    public File holdOpen(int fd) {
        File file = hold(fd);
        if ((file.flags() & OpenFlags.O_PATH) != 0) {
            file.release();
            throw Errno.EBADF.exception();
        }
        return file;
    }

    /**
     * Puts {@code file} into the lowest free slot from {@code from} on, taking over the caller's reference.
     *
     * @param limit RLIMIT_NOFILE
     * @return the descriptor
     * @throws umlaut.abi.ErrnoException EMFILE; the reference then stays the caller's
     */
    public synchronized int install(File file, boolean cloexec, int from, long limit) {
        int fd = Math.max(from, firstFree);
        while (fd < slots.length && slots[fd] != null) {
            fd++;
        }
        if (Long.compareUnsigned(fd, limit) >= 0) {
            throw Errno.EMFILE.exception();
        }
        put(fd, file, cloexec);
        if (from <= firstFree) {
            firstFree = fd + 1;
        }
        return fd;
    }

    /** As {@link #install} would find now. @throws umlaut.abi.ErrnoException EMFILE */
    void requireFree(long limit) {
        if (Long.compareUnsigned(slots.length, limit) >= 0) {
            synchronized (this) {
                int fd = firstFree;
                while (fd < slots.length && slots[fd] != null) {
                    fd++;
                }
                if (Long.compareUnsigned(fd, limit) >= 0) {
                    throw Errno.EMFILE.exception();
                }
            }
        }
    }

    /** dup2(2)'s way: exactly {@code fd}. @return the file that was there, whose reference is now the caller's */
    public synchronized @Nullable File replace(int fd, File file, boolean cloexec) {
        File old = lookup(fd);
        put(fd, file, cloexec);
        return old;
    }

    /** Takes the file out. @return it, with its reference, or null if there was none */
    public synchronized @Nullable File remove(int fd) {
        File old = lookup(fd);
        if (old != null) {
            @Nullable File[] fresh = slots;
            fresh[fd] = null;
            slots = fresh;
            forgetKnown(fd);
            closeOnExec[fd >> 6] &= ~(1L << fd);
            firstFree = Math.min(firstFree, fd);
        }
        return old;
    }

    /** close(2). @return false for EBADF */
    public boolean close(Task task, int fd) {
        File old = remove(fd);
        if (old == null) {
            return false;
        }
        closed(task, old);
        return true;
    }

    /** What was in a slot has been taken out: the process's record locks on it end, and the reference. */
    void closed(Task task, File old) {
        Inode inode = old.inode();
        InodeState state = inode.stateOrNull();
        if (state != null) {
            FileLocks locks = state.locks;
            if (locks != null) {
                locks.closed(this);
            }
        }
        old.closeWindows();
        old.flush(task);
        old.release();
    }

    /** The task, whose calls nobody watches, is about to read or write {@code file} through {@code fd}: its thread may do that by itself from now on, if what comes of it is always the same. */
    void tell(Task task, int fd, File file) {
        int kinds = file.knownTransfers();
        if (kinds != 0 && !task.kernel.tracer.enabled() && task.kernel.vfs.notifier() == null) {
            kinds &= file.readable() ? ~0 : KnownFiles.SINK;
            kinds &= file.writable() ? ~0 : ~KnownFiles.SINK;
            keepKnown(task, fd, file, kinds);
        }
    }

    private synchronized void keepKnown(Task task, int fd, File file, int kinds) {
        UserThread user = task.user();
        if (lookup(fd) == file) {
            if (!told.contains(user)) {
                told.add(user);
            }
            user.own().files().keep(fd, kinds);
            // Who begins to watch files says so first, and then has all forgotten.
            if (task.kernel.vfs.notifier() != null) {
                forgetKnown(user);
            }
        }
    }

    /** The thread may open what is not there by itself, until so many descriptors are in use that there may be none left ({@link PathFacts}). */
    synchronized void tellOpens(UserThread user) {
        if (slots.length < OwnAnswers.ENOUGH_DESCRIPTORS && !openers.contains(user)) {
            openers.add(user);
            user.own().knownOpens(true);
        }
    }

    @GuardedBy("this") private void forgetKnown(int fd) {
        for (UserThread user : told) {
            user.own().files().keep(fd, 0);
        }
    }

    /** The thread is to ask the kernel about all descriptors: it ends, or leaves, or somebody begins to watch files. */
    public synchronized void forgetKnown(UserThread user) {
        endLoans();
        if (told.remove(user)) {
            for (int fd = 0; fd < KnownFiles.DESCRIPTORS; fd++) {
                user.own().files().keep(fd, 0);
            }
        }
        if (openers.remove(user)) {
            user.own().knownOpens(false);
        }
    }

    /** close_range(2) with CLOSE_RANGE_CLOEXEC. */
    synchronized void markCloseOnExec(int fd) {
        if (lookup(fd) != null) {
            closeOnExec[fd >> 6] |= 1L << fd;
        }
    }

    public synchronized boolean closeOnExec(int fd) {
        return fd >> 6 < closeOnExec.length && (closeOnExec[fd >> 6] >>> fd & 1) != 0;
    }

    public synchronized void setCloseOnExec(int fd, boolean on) {
        get(fd);
        if (on) {
            closeOnExec[fd >> 6] |= 1L << fd;
        } else {
            closeOnExec[fd >> 6] &= ~(1L << fd);
        }
    }

    /** execve(2): closes what is marked. */
    public void closeMarked(Task task) {
        for (int fd = 0; fd < slots.length; fd++) {
            if (slots[fd] != null && closeOnExec(fd)) {
                close(task, fd);
            }
        }
    }

    /** One above the highest slot that may be in use. */
    public int size() {
        return slots.length;
    }

    @GuardedBy("this") private void put(int fd, File file, boolean cloexec) {
        @Nullable File[] s = slots;
        if (fd >= s.length) {
            int size = Math.max(s.length * 2, (fd + 64) & ~63);
            s = Arrays.copyOf(s, size);
            closeOnExec = Arrays.copyOf(closeOnExec, size / 64);
            if (size >= OwnAnswers.ENOUGH_DESCRIPTORS) {
                openers.forEach(user -> user.own().knownOpens(false));
            }
        }
        file.endLoan();
        s[fd] = file;
        slots = s;
        forgetKnown(fd);
        if (cloexec) {
            closeOnExec[fd >> 6] |= 1L << fd;
        } else {
            closeOnExec[fd >> 6] &= ~(1L << fd);
        }
    }
}
