package umlaut.kernel.vfs;

import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Ioctl;
import umlaut.abi.LandlockFlags;
import umlaut.abi.OpenFlags;
import umlaut.kernel.task.Task;

/** ioctl(2): the commands that any file knows, then the file's own (Linux: fs/ioctl.c do_vfs_ioctl). */
public final class IoctlCalls {
    private static final int FS_IOC_FSGETXATTR = 0x801c581f;
    private static final int FS_IOC_FSSETXATTR = 0x401c5820;

    private static final int FIFREEZE = 0xc0045877, FITHAW = 0xc0045878;

    private IoctlCalls() {}

    public static long ioctl(Task task, int fd, int command, long argument) {
        File file = task.files().holdOpen(fd);
        try {
            return switch (command) {
                case Ioctl.FIOCLEX -> closeOnExec(task, fd, true);
                case Ioctl.FIONCLEX -> closeOnExec(task, fd, false);
                case Ioctl.FIONBIO -> {
                    boolean on = task.memory.getInt(argument) != 0;
                    file.setFlags(set(file.flags(), OpenFlags.O_NONBLOCK, on));
                    yield 0;
                }
                case Ioctl.FIOASYNC -> {
                    boolean on = task.memory.getInt(argument) != 0;
                    boolean changes = on != ((file.flags() & OpenFlags.O_ASYNC) != 0);
                    yield !changes ? 0 : file.pollable() ? async(task, file, fd, on) : Errno.ENOTTY.negative();
                }
                case Ioctl.FIOQSIZE -> quotaSize(task, file, argument);
                case Ioctl.FIGETBSZ -> {
                    task.memory.putInt(argument, file.inode().blockSize());
                    yield 0;
                }
                case Ioctl.FS_IOC_FIEMAP -> Fiemap.fiemap(task, file, argument);
                case FIFREEZE, FITHAW -> freeze(task);
                case Ioctl.FS_IOC_GETFLAGS -> getFlags(task, file, argument);
                case Ioctl.FS_IOC_SETFLAGS -> setFlags(task, file, argument);
                case FS_IOC_FSGETXATTR -> getXattr(task, file, argument);
                case FS_IOC_FSSETXATTR -> setXattr(task, file, argument);
                default -> {
                    if (file.lacks(LandlockFlags.ACCESS_FS_IOCTL_DEV)) {
                        yield Errno.EACCES.negative();
                    }
                    yield file.inode().isRegular()
                            ? regular(task, file, command, argument)
                            : file.ioctl(task, command, argument);
                }
            };
        } finally {
            file.release();
        }
    }

    private static long regular(Task task, File file, int command, long argument) {
        return switch (command) {
            case Ioctl.FIONREAD -> {
                file.inode().refresh();
                task.memory.putInt(argument, (int) (file.inode().size - file.position()));
                yield 0;
            }
            case Ioctl.FIBMAP -> {
                if (!task.credentials().capable(Capability.CAP_SYS_RAWIO)) {
                    yield Errno.EPERM.negative();
                }
                yield Fiemap.fibmap(task, file, argument);
            }
            case Ioctl.FICLONERANGE -> Errno.EOPNOTSUPP.negative();
            case Ioctl.FICLONE -> clone(task, file, (int) argument);
            default -> file.ioctl(task, command, argument);
        };
    }

    /** No file system here can be frozen. */
    private static long freeze(Task task) {
        return (task.credentials().capable(Capability.CAP_SYS_ADMIN) ? Errno.EOPNOTSUPP : Errno.EPERM).negative();
    }

    /** No file system here shares blocks between files. */
    private static long clone(Task task, File file, int sourceFd) {
        File source = task.files().holdOpen(sourceFd);
        try {
            if (!source.readable() || !file.writable()) {
                return Errno.EBADF.negative();
            }
            boolean same = source.inode().superBlock == file.inode().superBlock;
            return (same ? Errno.EOPNOTSUPP : Errno.EXDEV).negative();
        } finally {
            source.release();
        }
    }

    private static long async(Task task, File file, int fd, boolean on) {
        file.setFlags(set(file.flags(), OpenFlags.O_ASYNC, on));
        file.asyncChanged(task.kernel, fd, on);
        return 0;
    }

    private static int set(int flags, int bit, boolean on) {
        return on ? flags | bit : flags & ~bit;
    }

    private static long closeOnExec(Task task, int fd, boolean on) {
        task.files().setCloseOnExec(fd, on);
        return 0;
    }

    private static long quotaSize(Task task, File file, long argument) {
        Inode inode = file.inode();
        if (!inode.isDirectory() && !inode.isRegular() && !inode.isSymlink()) {
            return Errno.ENOTTY.negative();
        }
        inode.refresh();
        task.memory.putLong(argument, inode.blocks << 9);
        return 0;
    }

    private static long getFlags(Task task, File file, long argument) {
        if (file.inode().supportedFlags() == 0) {
            return file.ioctl(task, Ioctl.FS_IOC_GETFLAGS, argument);
        }
        task.memory.putInt(argument, file.inode().flags);
        return 0;
    }

    /** struct fsxattr. */
    private static long getXattr(Task task, File file, long argument) {
        if (file.inode().supportedFlags() == 0) {
            return Errno.ENOTTY.negative();
        }
        var out = task.memory.build(28);
        umlaut.abi.Le.putInt(out, 0, FileAttributeCalls.toXflags(file.inode().flags));
        task.memory.write(argument, out, 0, 28);
        return 0;
    }

    private static long setXattr(Task task, File file, long argument) {
        Path path = file.path;
        if (file.inode().supportedFlags() == 0 || path == null) {
            return Errno.ENOTTY.negative();
        }
        var in = task.memory.struct(argument, 28);
        FileAttributeCalls.change(task, path, umlaut.abi.Le.getUnsignedInt(in, 0), umlaut.abi.Le.getInt(in, 12));
        return 0;
    }

    private static long setFlags(Task task, File file, long argument) {
        Inode inode = file.inode();
        if (inode.supportedFlags() == 0 || file.path == null) {
            return file.ioctl(task, Ioctl.FS_IOC_SETFLAGS, argument);
        }
        int wanted = task.memory.getInt(argument);
        Permissions.requireWritable(file.path.mount());
        FileAttributeCalls.setFlags(task, file.path, wanted);
        return 0;
    }
}
