package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.signal.RestartException;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/** File leases, F_SETLEASE of fcntl(2): the holder is told by a signal before others open the file, and may put its things in order first (Linux: fs/locks.c). */
final class Leases {
    /** How long an opener waits for the holder: /proc/sys/fs/lease-break-time. */
    private static final long BREAK_TIME_NS = 45_000_000_000L;

    private static final long BAND = Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLMSG;

    record Lease(File file, int fd, int type) {}

    private Leases() {}

    static long get(File file) {
        InodeState state = file.inode().stateOrNull();
        Lease lease = state == null ? null : state.lease;
        return lease != null && lease.file == file ? lease.type : Fcntl.F_UNLCK;
    }

    static long set(Task task, File file, int fd, int type) {
        Inode inode = file.inode();
        if (task.credentials().fsuid() != inode.uid && !task.credentials().capable(Capability.CAP_LEASE)) {
            return Errno.EACCES.negative();
        }
        if (!inode.isRegular() || type < Fcntl.F_RDLCK || type > Fcntl.F_UNLCK) {
            return Errno.EINVAL.negative();
        }
        InodeState state = inode.state();
        synchronized (state) {
            Lease old = state.lease;
            if (type == Fcntl.F_UNLCK) {
                if (old == null || old.file != file) {
                    return Errno.EAGAIN.negative();
                }
                state.lease = null;
            } else {
                boolean busy = type == Fcntl.F_RDLCK ? inode.writerCount() > 0 : inode.openCount() > 1;
                if (busy || old != null && old.file != file || type == Fcntl.F_RDLCK && file.writable()) {
                    return Errno.EAGAIN.negative();
                }
                state.lease = new Lease(file, fd, type);
                if (file.owner() == null) {
                    file.setOwner(new AsyncOwner(Fcntl.F_OWNER_PID, task.group.tgid, 0, 0, 0));
                }
            }
        }
        state.lockWaiters.wakeAll(0);
        return 0;
    }

    /** The lease's file has been closed for good. */
    static void released(File file) {
        InodeState state = file.inode().stateOrNull();
        if (state == null || state.lease == null) {
            return;
        }
        synchronized (state) {
            Lease lease = state.lease;
            if (lease != null && lease.file == file) {
                state.lease = null;
            }
        }
        state.lockWaiters.wakeAll(0);
    }

    /** Somebody opens the file: tells a lease holder whom that concerns, and waits for it. @throws umlaut.abi.ErrnoException EAGAIN with O_NONBLOCK */
    static void breakFor(Vfs vfs, @Nullable Task task, Inode inode, int flags) {
        InodeState state = inode.stateOrNull();
        if (state == null || state.lease == null) {
            return;
        }
        boolean writing = OpenFlags.mayWrite(flags) || (flags & OpenFlags.O_TRUNC) != 0;
        Lease first = conflict(state, writing);
        if (first == null) {
            return;
        }
        AsyncOwner owner = first.file.owner();
        if (owner != null) {
            AsyncIo.signal(vfs.kernel, owner, AsyncIo.POLL_MSG, BAND, first.fd);
        }
        if (task == null || (flags & OpenFlags.O_NONBLOCK) != 0) {
            throw Errno.EAGAIN.exception();
        }
        BlockingOp gone = () -> conflict(state, writing) == null ? 0 : BlockingOp.WOULD_BLOCK;
        long deadline = vfs.kernel.clock.monotonicNs() + BREAK_TIME_NS;
        long result = Blocking.run(task, table -> table.add(state.lockWaiters), gone, deadline);
        if (result == -Restart.ERESTARTSYS) {
            throw RestartException.RESTARTSYS;
        }
        if (result != 0) {
            synchronized (state) {
                state.lease = null;
            }
        }
    }

    private static @Nullable Lease conflict(InodeState state, boolean writing) {
        Lease lease = state.lease;
        return lease != null && (writing || lease.type == Fcntl.F_WRLCK) ? lease : null;
    }
}
