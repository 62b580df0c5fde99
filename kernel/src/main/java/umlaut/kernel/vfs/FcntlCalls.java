package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.abi.Signal;
import umlaut.kernel.task.Task;

/** fcntl(2) (Linux: fs/fcntl.c). What only some kinds of file know (pipe sizes, seals) goes to {@link File#fcntl}. */
public final class FcntlCalls {
    private static final int SETTABLE =
            OpenFlags.O_APPEND | OpenFlags.O_NONBLOCK | OpenFlags.O_DIRECT | OpenFlags.O_NOATIME;

    private FcntlCalls() {}

    public static long fcntl(Task task, int fd, int command, long argument) {
        FileTable files = task.files();
        File file = files.hold(fd);
        try {
            if ((file.flags() & OpenFlags.O_PATH) != 0 && !allowedOnPath(command)) {
                return Errno.EBADF.negative();
            }
            return switch (command) {
                case Fcntl.F_DUPFD -> OpenCalls.dupFrom(task, fd, (int) argument, false);
                case Fcntl.F_DUPFD_CLOEXEC -> OpenCalls.dupFrom(task, fd, (int) argument, true);
                case Fcntl.F_DUPFD_QUERY -> files.get((int) argument) == file ? 1 : 0;
                case Fcntl.F_GETFD -> files.closeOnExec(fd) ? Fcntl.FD_CLOEXEC : 0;
                case Fcntl.F_SETFD -> {
                    files.setCloseOnExec(fd, (argument & Fcntl.FD_CLOEXEC) != 0);
                    yield 0;
                }
                case Fcntl.F_GETFL -> file.flags();
                case Fcntl.F_SETFL -> setFlags(task, file, fd, (int) argument);
                case Fcntl.F_GETLK -> LockCalls.get(task, file, argument, false);
                case Fcntl.F_OFD_GETLK -> LockCalls.get(task, file, argument, true);
                case Fcntl.F_SETLK -> LockCalls.set(task, file, fd, argument, false, false);
                case Fcntl.F_SETLKW -> LockCalls.set(task, file, fd, argument, false, true);
                case Fcntl.F_OFD_SETLK -> LockCalls.set(task, file, fd, argument, true, false);
                case Fcntl.F_OFD_SETLKW -> LockCalls.set(task, file, fd, argument, true, true);
                default -> more(task, file, fd, command, argument);
            };
        } finally {
            file.release();
        }
    }

    private static boolean allowedOnPath(int command) {
        return switch (command) {
            case Fcntl.F_DUPFD,
                    Fcntl.F_DUPFD_CLOEXEC,
                    Fcntl.F_DUPFD_QUERY,
                    Fcntl.F_GETFD,
                    Fcntl.F_SETFD,
                    Fcntl.F_GETFL -> true;
            default -> false;
        };
    }

    private static long more(Task task, File file, int fd, int command, long argument) {
        return switch (command) {
            case Fcntl.F_GETOWN -> getOwner(task, file);
            case Fcntl.F_SETOWN -> setOwner(task, file, (int) argument);
            case Fcntl.F_GETOWN_EX -> getOwnerEx(task, file, argument);
            case Fcntl.F_SETOWN_EX -> setOwnerEx(task, file, argument);
            case Fcntl.F_GETOWNER_UIDS -> ownerUids(task, file, argument);
            case Fcntl.F_GETSIG -> {
                AsyncOwner owner = file.owner();
                yield owner == null ? 0 : owner.signal();
            }
            case Fcntl.F_SETSIG -> setSignal(task, file, argument);
            case Fcntl.F_GETLEASE -> Leases.get(file);
            case Fcntl.F_SETLEASE -> Leases.set(task, file, fd, (int) argument);
            case Fcntl.F_GET_RW_HINT -> {
                task.memory.putLong(argument, file.inode().state().writeHint);
                yield 0;
            }
            case Fcntl.F_SET_RW_HINT -> setHint(task, file, argument);
            case Fcntl.F_NOTIFY -> task.kernel.ipc.notifyDirectory(task, file, fd, (int) argument);
            case Fcntl.F_CREATED_QUERY -> file.created() ? 1 : 0;
            default -> file.fcntl(task, command, argument);
        };
    }

    private static long setFlags(Task task, File file, int fd, int wanted) {
        int old = file.flags();
        boolean appendOnly = (file.inode().flags & umlaut.abi.Ioctl.FS_APPEND_FL) != 0;
        if (appendOnly && (old & OpenFlags.O_APPEND) != 0 && (wanted & OpenFlags.O_APPEND) == 0) {
            return Errno.EPERM.negative();
        }
        Inode inode = file.inode();
        // For pipes it is another thing: packets.
        if ((wanted & OpenFlags.O_DIRECT) != 0 && !inode.hasDirectIo() && !Mode.isFifo(inode.mode)) {
            return Errno.EINVAL.negative();
        }
        boolean newNoatime = (wanted & OpenFlags.O_NOATIME) != 0 && (old & OpenFlags.O_NOATIME) == 0;
        if (newNoatime && !Permissions.owns(file.inode(), task.credentials())) {
            return Errno.EPERM.negative();
        }
        boolean async = file.pollable() && ((old ^ wanted) & OpenFlags.O_ASYNC) != 0;
        int settable = async ? SETTABLE | OpenFlags.O_ASYNC : SETTABLE;
        file.setFlags(old & ~settable | wanted & settable);
        if (async) {
            file.asyncChanged(task.kernel, fd, (wanted & OpenFlags.O_ASYNC) != 0);
        }
        return 0;
    }

    private static long setHint(Task task, File file, long argument) {
        long hint = task.memory.getLong(argument);
        if (hint < 0 || hint > Fcntl.RWH_WRITE_LIFE_EXTREME) {
            return Errno.EINVAL.negative();
        }
        file.inode().state().writeHint = hint;
        return 0;
    }

    // --- who gets SIGIO ---

    private static long getOwner(Task task, File file) {
        AsyncOwner owner = file.owner();
        if (owner == null) {
            return 0;
        }
        int id = task.pidSeen(owner.id());
        return owner.type() == Fcntl.F_OWNER_PGRP ? -id : id;
    }

    private static long setOwner(Task task, File file, int who) {
        if (who == Integer.MIN_VALUE) {
            return Errno.EINVAL.negative();
        }
        int type = who < 0 ? Fcntl.F_OWNER_PGRP : Fcntl.F_OWNER_PID;
        return put(task, file, type, Math.abs(who));
    }

    private static long put(Task task, File file, int type, int nr) {
        int id = nr == 0 ? 0 : task.group.pidNs.toGlobal(nr);
        if (id != 0 && !exists(task, type, id)) {
            return Errno.ESRCH.negative();
        }
        AsyncOwner old = file.owner();
        int signal = old == null ? 0 : old.signal();
        file.setOwner(new AsyncOwner(
                type, id, signal, task.credentials().uid(), task.credentials().euid()));
        return 0;
    }

    private static boolean exists(Task task, int type, int id) {
        if (type == Fcntl.F_OWNER_TID) {
            return task.kernel.tasks.task(id) != null;
        }
        if (type == Fcntl.F_OWNER_PID) {
            return task.kernel.tasks.group(id) != null;
        }
        task.kernel.tasks.lock.lock();
        try {
            return task.kernel.tasks.processGroup(id) != null;
        } finally {
            task.kernel.tasks.lock.unlock();
        }
    }

    private static long getOwnerEx(Task task, File file, long address) {
        AsyncOwner owner = file.owner();
        MemorySegment out = task.fileScratch.struct();
        Le.putInt(out, 0, owner == null ? Fcntl.F_OWNER_TID : owner.type());
        Le.putInt(out, 4, owner == null ? 0 : task.pidSeen(owner.id()));
        task.memory.write(address, out, 0, 8);
        return 0;
    }

    private static long setOwnerEx(Task task, File file, long address) {
        MemorySegment in = task.memory.struct(address, 8);
        int type = Le.getInt(in, 0);
        int id = Le.getInt(in, 4);
        if (type < Fcntl.F_OWNER_TID || type > Fcntl.F_OWNER_PGRP) {
            return Errno.EINVAL.negative();
        }
        return id < 0 ? Errno.ESRCH.negative() : put(task, file, type, id);
    }

    private static long ownerUids(Task task, File file, long address) {
        AsyncOwner owner = file.owner();
        MemorySegment out = task.fileScratch.struct();
        Le.putInt(out, 0, owner == null ? 0 : task.credentials().userNs().showUid(owner.uid()));
        Le.putInt(out, 4, owner == null ? 0 : task.credentials().userNs().showUid(owner.euid()));
        task.memory.write(address, out, 0, 8);
        return 0;
    }

    private static long setSignal(Task task, File file, long signal) {
        if (signal < 0 || signal > Signal.NSIG) {
            return Errno.EINVAL.negative();
        }
        AsyncOwner old = file.owner();
        file.setOwner(
                old == null
                        ? new AsyncOwner(Fcntl.F_OWNER_TID, 0, (int) signal, 0, 0)
                        : new AsyncOwner(old.type(), old.id(), (int) signal, old.uid(), old.euid()));
        return 0;
    }
}
