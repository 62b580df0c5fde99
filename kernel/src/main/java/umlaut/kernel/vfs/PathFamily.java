package umlaut.kernel.vfs;

import static umlaut.abi.AtFlags.AT_FDCWD;

import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Nr;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;

/** System calls on paths. */
public final class PathFamily implements SyscallFamily {
    private static final int NOFOLLOW = AtFlags.AT_SYMLINK_NOFOLLOW;

    @Override
    public long call(Task task, int nr, Args a) {
        try {
            long result = looks(task, nr, a);
            if (result == Errno.EINVAL.negative()) {
                task.kernel.vfs.facts.failed(task, nr, a, Errno.EINVAL);
            }
            return result;
        } catch (ErrnoException e) {
            task.kernel.vfs.facts.failed(task, nr, a, e.errno());
            throw e;
        }
    }

    private static long looks(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.OPEN -> OpenCalls.openat(task, AT_FDCWD, a.l(0), a.i(1), a.i(2));
            case Nr.OPENAT -> OpenCalls.openat(task, a.fd(0), a.l(1), a.i(2), a.i(3));
            case Nr.OPENAT2 -> OpenCalls.openat2(task, a.fd(0), a.l(1), a.l(2), a.l(3));
            case Nr.CREAT -> OpenCalls.creat(task, a.l(0), a.i(1));
            case Nr.STAT -> StatCalls.stat(task, a.l(0), a.l(1));
            case Nr.LSTAT -> StatCalls.lstat(task, a.l(0), a.l(1));
            case Nr.NEWFSTATAT -> StatCalls.newfstatat(task, a.fd(0), a.l(1), a.l(2), a.i(3));
            case Nr.STATX -> StatCalls.statx(task, a.fd(0), a.l(1), a.i(2), a.i(3), a.l(4));
            case Nr.STATFS -> StatCalls.statfs(task, a.l(0), a.l(1));
            case Nr.ACCESS -> AttributeCalls.faccessat2(task, AT_FDCWD, a.l(0), a.i(1), 0);
            case Nr.FACCESSAT -> AttributeCalls.faccessat2(task, a.fd(0), a.l(1), a.i(2), 0);
            case Nr.FACCESSAT2 -> AttributeCalls.faccessat2(task, a.fd(0), a.l(1), a.i(2), a.i(3));
            case Nr.READLINK -> NameCalls.readlinkat(task, AT_FDCWD, a.l(0), a.l(1), a.i(2));
            case Nr.READLINKAT -> NameCalls.readlinkat(task, a.fd(0), a.l(1), a.l(2), a.i(3));
            case Nr.CHDIR -> NameCalls.chdir(task, a.l(0));
            case Nr.CHROOT -> NameCalls.chroot(task, a.l(0));
            default -> changes(task, nr, a);
        };
    }

    private static long changes(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.MKDIR -> NameCalls.mkdirat(task, AT_FDCWD, a.l(0), a.i(1));
            case Nr.MKDIRAT -> NameCalls.mkdirat(task, a.fd(0), a.l(1), a.i(2));
            case Nr.MKNOD -> NameCalls.mknodat(task, AT_FDCWD, a.l(0), a.i(1), a.i(2));
            case Nr.MKNODAT -> NameCalls.mknodat(task, a.fd(0), a.l(1), a.i(2), a.i(3));
            case Nr.RMDIR -> NameCalls.unlinkat(task, AT_FDCWD, a.l(0), AtFlags.AT_REMOVEDIR);
            case Nr.UNLINK -> NameCalls.unlinkat(task, AT_FDCWD, a.l(0), 0);
            case Nr.UNLINKAT -> NameCalls.unlinkat(task, a.fd(0), a.l(1), a.i(2));
            case Nr.LINK -> NameCalls.linkat(task, AT_FDCWD, a.l(0), AT_FDCWD, a.l(1), 0);
            case Nr.LINKAT -> NameCalls.linkat(task, a.fd(0), a.l(1), a.fd(2), a.l(3), a.i(4));
            case Nr.SYMLINK -> NameCalls.symlinkat(task, a.l(0), AT_FDCWD, a.l(1));
            case Nr.SYMLINKAT -> NameCalls.symlinkat(task, a.l(0), a.fd(1), a.l(2));
            case Nr.RENAME -> NameCalls.renameat2(task, AT_FDCWD, a.l(0), AT_FDCWD, a.l(1), 0);
            case Nr.RENAMEAT -> NameCalls.renameat2(task, a.fd(0), a.l(1), a.fd(2), a.l(3), 0);
            case Nr.RENAMEAT2 -> NameCalls.renameat2(task, a.fd(0), a.l(1), a.fd(2), a.l(3), a.i(4));
            case Nr.TRUNCATE -> Truncate.truncate(task, a.l(0), a.l(1));
            default -> attributes(task, nr, a);
        };
    }

    private static long attributes(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.CHMOD -> AttributeCalls.fchmodat2(task, AT_FDCWD, a.l(0), a.i(1), 0);
            case Nr.FCHMODAT -> AttributeCalls.fchmodat2(task, a.fd(0), a.l(1), a.i(2), 0);
            case Nr.FCHMODAT2 -> AttributeCalls.fchmodat2(task, a.fd(0), a.l(1), a.i(2), a.i(3));
            case Nr.CHOWN -> AttributeCalls.fchownat(task, AT_FDCWD, a.l(0), a.i(1), a.i(2), 0);
            case Nr.LCHOWN -> AttributeCalls.fchownat(task, AT_FDCWD, a.l(0), a.i(1), a.i(2), NOFOLLOW);
            case Nr.FCHOWNAT -> AttributeCalls.fchownat(task, a.fd(0), a.l(1), a.i(2), a.i(3), a.i(4));
            case Nr.UTIME -> AttributeCalls.utime(task, a.l(0), a.l(1));
            case Nr.UTIMES -> AttributeCalls.futimesat(task, AT_FDCWD, a.l(0), a.l(1));
            case Nr.FUTIMESAT -> AttributeCalls.futimesat(task, a.fd(0), a.l(1), a.l(2));
            case Nr.UTIMENSAT -> AttributeCalls.utimensat(task, a.fd(0), a.l(1), a.l(2), a.i(3));
            case Nr.SETXATTR -> XattrCalls.set(task, a.l(0), a.l(1), a.l(2), a.l(3), a.i(4), true);
            case Nr.LSETXATTR -> XattrCalls.set(task, a.l(0), a.l(1), a.l(2), a.l(3), a.i(4), false);
            case Nr.GETXATTR -> XattrCalls.get(task, a.l(0), a.l(1), a.l(2), a.l(3), true);
            case Nr.LGETXATTR -> XattrCalls.get(task, a.l(0), a.l(1), a.l(2), a.l(3), false);
            case Nr.LISTXATTR -> XattrCalls.list(task, a.l(0), a.l(1), a.l(2), true);
            case Nr.LLISTXATTR -> XattrCalls.list(task, a.l(0), a.l(1), a.l(2), false);
            case Nr.REMOVEXATTR -> XattrCalls.remove(task, a.l(0), a.l(1), true);
            case Nr.LREMOVEXATTR -> XattrCalls.remove(task, a.l(0), a.l(1), false);
            case Nr.SETXATTRAT -> XattrCalls.withArgs(task, a.fd(0), a.l(1), a.i(2), a.l(3), a.l(4), a.l(5), true);
            case Nr.GETXATTRAT -> XattrCalls.withArgs(task, a.fd(0), a.l(1), a.i(2), a.l(3), a.l(4), a.l(5), false);
            case Nr.LISTXATTRAT -> XattrCalls.listAt(task, a.fd(0), a.l(1), a.i(2), a.l(3), a.l(4));
            case Nr.REMOVEXATTRAT -> XattrCalls.removeAt(task, a.fd(0), a.l(1), a.i(2), a.l(3));
            default -> NOT_MINE;
        };
    }
}
