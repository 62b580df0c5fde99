package umlaut.kernel.vfs;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.InotifyFlags;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.engine.FileLoan;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.FileWindows;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.AsyncWatch;
import umlaut.kernel.wait.EpollLinks;
import umlaut.kernel.wait.PollTable;

/**
 * An open file description (Linux: struct file, open(2)): what dup and fork share. Subclasses are the kinds of open file: regular, directory,
 * pipe end, socket, terminal, epoll, ...
 *
 * <p>Counted references: a descriptor table slot, a mapping, a message in flight hold one each; the last {@link #release()} calls {@link #onRelease()}.
 * Transfers return a byte count or {@link umlaut.kernel.wait.BlockingOp#WOULD_BLOCK}; they never sleep: the system call does that, in one place
 * ({@link umlaut.kernel.wait.Blocking#transfer}). A stream that must move all of a blocking write may have moved a part when it says WOULD_BLOCK: the iterator
 * knows, and the call is repeated until it returns a count, which then is {@link IovIter#moved()}, the sum.
 * The defaults are what Linux answers for a file without that operation.
 */
public abstract class File {
    /** As offset of a transfer: at the position, wherever that is ({@link #movesItself}). */
    public static final long AT_POSITION = -1;

    /** Where it was opened; null for files outside any tree (pipes, sockets made by socketpair). */
    public final @Nullable Path path;

    /** Credentials of the opener. */
    public final Credentials credentials;

    private static final VarHandle REFERENCES = referencesHandle();

    private volatile int flags;
    /** Holders; changed through {@link #REFERENCES}. */
    private volatile int references = 1;
    /** What {@link #attach} counted, to be taken back at the end. */
    private boolean attached;

    private boolean attachedWriting;
    private boolean attachedDenying;
    /** This open(2) made the file (F_CREATED_QUERY). */
    private boolean created;

    private boolean quiet;
    private int without;
    /** Whom SIGIO and SIGURG go to (F_SETOWN). */
    private volatile @Nullable AsyncOwner owner;
    /** Runs at the end of the last reference, for locks and the like; null = none yet. */
    private volatile FileLocks.@Nullable Holder lockHolder;

    private volatile @Nullable EpollLinks epollLinks;
    /** The file position; guarded by {@link #positionLock} for files that have one. */
    private long position;

    /** Serializes read, write and lseek that use the position (Linux: f_pos_lock). Rank: before inode locks. */
    public final java.util.concurrent.locks.ReentrantLock positionLock = new java.util.concurrent.locks.ReentrantLock();

    /** Tells the owner of events while O_ASYNC is set. */
    private volatile @Nullable AsyncWatch asyncWatch;

    /** See {@link #readWithoutWindow}; guarded by nothing, being a hint. */
    private int withoutWindow;

    /** Null: {@link #position} is where it is. */
    private volatile @Nullable FileLoan loan;

    /** Address spaces that have, or had, windows into it; null: there never was one. */
    private volatile @Nullable List<FileWindows> windows;

    /** @param flags O_* as given to open, without creation flags */
    protected File(@Nullable Path path, int flags, Credentials credentials) {
        this.path = path;
        this.flags = flags;
        this.credentials = credentials;
    }

    // --- state ---

    public final int flags() {
        return flags;
    }

    /** Replaces the flags; {@code F_SETFL} lets only O_APPEND, O_NONBLOCK, O_ASYNC, O_DIRECT, O_NOATIME change. */
    public final void setFlags(int fresh) {
        endLoan();
        flags = fresh;
    }

    public final boolean nonBlocking() {
        return (flags & OpenFlags.O_NONBLOCK) != 0;
    }

    public final boolean readable() {
        int mode = flags & (OpenFlags.O_ACCMODE | OpenFlags.O_PATH);
        return mode == OpenFlags.O_RDONLY || mode == OpenFlags.O_RDWR;
    }

    public final boolean writable() {
        int mode = flags & (OpenFlags.O_ACCMODE | OpenFlags.O_PATH);
        return mode == OpenFlags.O_WRONLY || mode == OpenFlags.O_RDWR;
    }

    public long position() {
        FileLoan out = loan;
        return out == null ? position : out.position();
    }

    public void setPosition(long fresh) {
        if (loan == null) {
            position = fresh;
            return;
        }
        synchronized (this) {
            FileLoan out = loan;
            if (out == null) {
                position = fresh;
            } else {
                out.move(fresh);
            }
        }
    }

    /** The position is lent, with the file, to the one thread that has it: by its kernel thread. */
    public final void lend(FileLoan to) {
        loan = to;
    }

    /** The position is the kernel's again: nobody can move it meanwhile. */
    public final synchronized void endLoan() {
        FileLoan out = loan;
        if (out != null) {
            out.end();
            position = out.position();
            loan = null;
        }
    }

    /** One more holder. */
    public final File acquire() {
        REFERENCES.getAndAdd(this, 1);
        return this;
    }

    /** One more holder, if it still has one. @return false if the last has just gone */
    public final boolean tryAcquire() {
        while (true) {
            int n = references;
            if (n <= 0) {
                return false;
            }
            if (REFERENCES.compareAndSet(this, n, n + 1)) {
                return true;
            }
        }
    }

    /** One holder less. */
    public final void release() {
        int before = (int) REFERENCES.getAndAdd(this, -1);
        if (before == 1) {
            end();
        }
    }

    /** How many hold it. */
    public final int references() {
        return references;
    }

    private void end() {
        FileLocks.Holder locks = lockHolder;
        if (locks != null) {
            locks.releaseAll(this);
        }
        EpollLinks links = epollLinks;
        if (links != null) {
            links.fileGone();
        }
        Path place = path;
        if (attached && place != null && (flags & OpenFlags.O_PATH) == 0) {
            int event = writable() ? InotifyFlags.IN_CLOSE_WRITE : InotifyFlags.IN_CLOSE_NOWRITE;
            Notify.file(place.mount().vfs, event, this);
        }
        AsyncWatch watch = asyncWatch;
        if (watch != null) {
            watch.stop();
        }
        Leases.released(this);
        onRelease();
        if (attached) {
            detach();
        }
    }

    /** Nobody is told of what happens to it (FMODE_NONOTIFY). */
    final boolean quiet() {
        return quiet;
    }

    final void setQuiet() {
        quiet = true;
    }

    /** Rights that landlock(7) has left this open file without: ACCESS_FS_TRUNCATE, ACCESS_FS_IOCTL_DEV. */
    final boolean lacks(int right) {
        return (without & right) != 0;
    }

    final void setWithout(int rights) {
        without = rights;
    }

    final boolean created() {
        return created;
    }

    final void setCreated() {
        created = true;
    }

    /** The VFS has opened it: its inode and mount know it from now to its end. @return false if the inode is gone */
    final boolean attach() {
        Inode inode = attachedInode();
        if (!inode.hold()) {
            return false;
        }
        attached = true;
        attachedWriting = writable() && (flags & OpenFlags.O_PATH) == 0 && inode.isRegular();
        Path place = path;
        if (attachedWriting) {
            inode.superBlock.writers.incrementAndGet();
        }
        if (place != null) {
            place.mount().opened(attachedWriting);
        }
        return true;
    }

    /** Being executed: nobody may open it for writing until this file's end. @throws umlaut.abi.ErrnoException ETXTBSY */
    final void denyWrite() {
        attachedInode().denyWrite();
        attachedDenying = true;
    }

    /** The inode it was opened by: a driver's file may show another. */
    private Inode attachedInode() {
        Path place = path;
        return place == null ? inode() : place.inode();
    }

    private void detach() {
        Inode inode = attachedInode();
        if (attachedWriting) {
            inode.superBlock.writers.decrementAndGet();
            inode.endWrite();
        }
        if (attachedDenying) {
            inode.allowWrite();
        }
        Path place = path;
        if (place != null) {
            place.mount().closed(attachedWriting);
        }
        inode.unhold();
    }

    /** Whom SIGIO and SIGURG go to; null: nobody. */
    public final @Nullable AsyncOwner owner() {
        return owner;
    }

    public final void setOwner(@Nullable AsyncOwner fresh) {
        owner = fresh;
    }

    /** The file has taken locks: they end with it. */
    final void setLockHolder(FileLocks.Holder holder) {
        lockHolder = holder;
    }

    private static VarHandle referencesHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(File.class, "references", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The epoll items that watch this file, or null if none ever did (Linux: f_ep). */
    public final @Nullable EpollLinks epollLinksOrNull() {
        return epollLinks;
    }

    public final EpollLinks epollLinks() {
        EpollLinks links = epollLinks;
        if (links == null) {
            synchronized (this) {
                links = epollLinks;
                if (links == null) {
                    links = new EpollLinks();
                    epollLinks = links;
                }
            }
        }
        return links;
    }

    // --- operations ---

    /** The inode, for fstat and the like. Anonymous files have one of the anonymous file system. */
    public abstract Inode inode();

    /** Has a position: read and write without an offset use and move it. Streams (pipes, sockets, terminals) have none. */
    public boolean seekable() {
        return false;
    }

    /** Others than guests move the position, too, so that a transfer must use and move it in one step: {@link #AT_POSITION} asks for that. */
    public boolean movesItself() {
        return false;
    }

    /** Do pread(2) and its like take an offset at all? They say ESPIPE where not. */
    public boolean takesOffsets() {
        return seekable() || inode().isDirectory();
    }

    /** Whether there is anything to read or to write, by whatever means: without, read(2) and write(2) say EINVAL before they look at memory. */
    public boolean hasData(boolean writing) {
        return true;
    }

    /** Can splice(2) take bytes out of it? */
    public boolean splicesOut() {
        return true;
    }

    /** Can sendfile(2) take bytes out of it? */
    public boolean sends() {
        int mode = inode().mode;
        return Mode.isRegular(mode) || Mode.isBlock(mode);
    }

    /**
     * Reads at {@code offset} (ignored by streams, which are given {@link #AT_POSITION}).
     *
     * @return bytes moved, 0 at the end of file, or WOULD_BLOCK
     */
    public long read(Task task, IovIter to, long offset) {
        throw Errno.EINVAL.exception();
    }

    /** Writes at {@code offset} (ignored by streams; regular files obey O_APPEND themselves). @return bytes moved, or WOULD_BLOCK */
    public long write(Task task, IovIter from, long offset) {
        throw Errno.EINVAL.exception();
    }

    /**
     * lseek(2): moves the position; called with {@link #positionLock} held where the file may be shared.
     *
     * @return the new position
     * @throws umlaut.abi.ErrnoException ESPIPE for files without a position, EINVAL, ENXIO
     */
    public long seek(long offset, int whence) {
        if (!seekable()) {
            if (inode() instanceof AnonInode anonymous && anonymous.isShared()) {
                return position; // noop_llseek
            }
            throw Errno.ESPIPE.exception();
        }
        return Seeking.generic(this, offset, whence, inode().size);
    }

    /** What every transfer comes to, if that is always the same and leaves no trace but events for those who watch: {@link umlaut.engine.KnownFiles}' kinds. */
    public int knownTransfers() {
        return 0;
    }

    /** State as POLL* bits, after putting the caller into the queues that announce changes. */
    public int poll(PollTable table) {
        return Poll.POLLIN | Poll.POLLOUT | Poll.POLLRDNORM | Poll.POLLWRNORM;
    }

    /** How long a read or write may wait, ns (SO_RCVTIMEO, SO_SNDTIMEO); 0 = for ever. */
    public long waitLimitNs(boolean writing) {
        return 0;
    }

    /** Can epoll watch it? Regular files and directories can't (EPERM). */
    public boolean pollable() {
        return false;
    }

    /** F_SETFL or FIOASYNC has switched O_ASYNC (Linux: fasync). @param fd the descriptor it was switched by */
    public final void asyncChanged(Kernel kernel, int fd, boolean on) {
        AsyncWatch old;
        AsyncWatch fresh = on ? new AsyncWatch(kernel, this, fd) : null;
        synchronized (this) {
            old = asyncWatch;
            asyncWatch = fresh;
        }
        if (old != null) {
            old.stop();
        }
        if (fresh != null) {
            fresh.start();
        }
    }

    /** The commands this kind of file knows; the generic ones (FIOCLEX, FIONBIO, FIGETBSZ...) are done by the caller. */
    public long ioctl(Task task, int command, long argument) {
        throw Errno.ENOTTY.exception();
    }

    /** fcntl(2) commands that only this kind of file knows: pipe sizes, seals. */
    public long fcntl(Task task, int command, long argument) {
        boolean pipes = command == Fcntl.F_GETPIPE_SZ || command == Fcntl.F_SETPIPE_SZ;
        throw (pipes ? Errno.EBADF : Errno.EINVAL).exception();
    }

    /** Lists directory entries from the position on until {@code sink} is full. */
    public void readDirectory(Task task, DirectorySink sink) {
        throw Errno.ENOTDIR.exception();
    }

    /** What mappings of it are besides, {@link umlaut.kernel.mm.Vma}'s flags. */
    public int vmaFlags() {
        return 0;
    }

    /** What mmap(2) maps. {@code shared} with write access needs a file open for writing: checked by the caller. */
    public MappingSource mapping(boolean shared, boolean writable) {
        throw Errno.ENODEV.exception();
    }

    /** An address space is about to have a window into it. */
    public final synchronized void windowed(FileWindows by) {
        List<FileWindows> known = windows;
        if (known == null) {
            known = new CopyOnWriteArrayList<>();
            windows = known;
        }
        if (!known.contains(by)) {
            known.add(by);
        }
    }

    /** A descriptor of it has gone: who still has another opens new windows. */
    final void closeWindows() {
        List<FileWindows> known = windows;
        if (known != null) {
            known.forEach(by -> by.closeOf(this));
        }
    }

    /** Counts bytes that are about to be read without a window. @return their sum since there was one, or an attempt at it */
    public final int readWithoutWindow(long bytes) {
        withoutWindow = (int) Math.min(Integer.MAX_VALUE, withoutWindow + bytes);
        return withoutWindow;
    }

    /** Sets {@link #readWithoutWindow}'s sum. */
    public final void windowWanted(int sum) {
        withoutWindow = sum;
    }

    public void sync(boolean dataOnly) {
        throw Errno.EINVAL.exception();
    }

    public void allocate(int mode, long offset, long length) {
        throw Errno.EOPNOTSUPP.exception();
    }

    /** Each close(2) of a descriptor, also when others remain (Linux: flush). */
    public void flush(Task task) {}

    /** The last holder has gone. */
    protected void onRelease() {}

    /** What /proc/PID/fd shows for a file outside any tree, e.g. "pipe:[123]"; null: use the path. */
    public @Nullable String anonymousName() {
        return null;
    }

    /** Extra lines of /proc/PID/fdinfo/N, each ended by a newline. */
    public String fdInfo() {
        return "";
    }
}
