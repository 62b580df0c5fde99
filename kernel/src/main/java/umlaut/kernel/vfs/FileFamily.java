package umlaut.kernel.vfs;

import umlaut.abi.Nr;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;

/** System calls on descriptors. */
public final class FileFamily implements SyscallFamily {
    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.READ -> ReadWrite.read(task, a.fd(0), a.l(1), a.l(2));
            case Nr.WRITE -> ReadWrite.write(task, a.fd(0), a.l(1), a.l(2));
            case Nr.PREAD64 -> ReadWrite.pread(task, a.fd(0), a.l(1), a.l(2), a.l(3));
            case Nr.PWRITE64 -> ReadWrite.pwrite(task, a.fd(0), a.l(1), a.l(2), a.l(3));
            case Nr.READV -> ReadWrite.readv(task, a.fd(0), a.l(1), a.l(2));
            case Nr.WRITEV -> ReadWrite.writev(task, a.fd(0), a.l(1), a.l(2));
            case Nr.PREADV -> ReadWrite.preadv(task, a.fd(0), a.l(1), a.l(2), a.l(3));
            case Nr.PWRITEV -> ReadWrite.pwritev(task, a.fd(0), a.l(1), a.l(2), a.l(3));
            case Nr.PREADV2 -> ReadWrite.preadv2(task, a.fd(0), a.l(1), a.l(2), a.l(3), a.i(5));
            case Nr.PWRITEV2 -> ReadWrite.pwritev2(task, a.fd(0), a.l(1), a.l(2), a.l(3), a.i(5));
            case Nr.LSEEK -> ReadWrite.lseek(task, a.fd(0), a.l(1), a.i(2));
            case Nr.CLOSE -> OpenCalls.close(task, a.fd(0));
            case Nr.CLOSE_RANGE -> OpenCalls.closeRange(task, a.i(0), a.i(1), a.i(2));
            case Nr.DUP -> OpenCalls.dup(task, a.fd(0));
            case Nr.DUP2 -> OpenCalls.dup2(task, a.fd(0), a.fd(1));
            case Nr.DUP3 -> OpenCalls.dup3(task, a.fd(0), a.fd(1), a.i(2));
            case Nr.FCNTL -> FcntlCalls.fcntl(task, a.fd(0), a.i(1), a.l(2));
            case Nr.FLOCK -> LockCalls.flock(task, a.fd(0), a.i(1));
            case Nr.IOCTL -> IoctlCalls.ioctl(task, a.fd(0), a.i(1), a.l(2));
            case Nr.FSTAT -> StatCalls.fstat(task, a.fd(0), a.l(1));
            case Nr.FSTATFS -> StatCalls.fstatfs(task, a.fd(0), a.l(1));
            case Nr.GETDENTS -> DirectoryCalls.getdents(task, a.fd(0), a.l(1), a.i(2));
            case Nr.GETDENTS64 -> DirectoryCalls.getdents64(task, a.fd(0), a.l(1), a.i(2));
            case Nr.FTRUNCATE -> Truncate.ftruncate(task, a.fd(0), a.l(1));
            case Nr.FALLOCATE -> SyncCalls.fallocate(task, a.fd(0), a.i(1), a.l(2), a.l(3));
            case Nr.FCHMOD -> AttributeCalls.fchmod(task, a.fd(0), a.i(1));
            case Nr.FCHOWN -> AttributeCalls.fchown(task, a.fd(0), a.i(1), a.i(2));
            case Nr.FCHDIR -> NameCalls.fchdir(task, a.fd(0));
            case Nr.SYNC -> SyncCalls.sync(task);
            case Nr.SYNCFS -> SyncCalls.syncfs(task, a.fd(0));
            case Nr.FSYNC -> SyncCalls.fsync(task, a.fd(0), false);
            case Nr.FDATASYNC -> SyncCalls.fsync(task, a.fd(0), true);
            case Nr.SYNC_FILE_RANGE -> SyncCalls.syncFileRange(task, a.fd(0), a.l(1), a.l(2), a.i(3));
            case Nr.FADVISE64 -> SyncCalls.fadvise(task, a.fd(0), a.l(1), a.l(2), a.i(3));
            case Nr.READAHEAD -> SyncCalls.readahead(task, a.fd(0), a.l(1), a.l(2));
            case Nr.SENDFILE -> CopyCalls.sendfile(task, a.fd(0), a.fd(1), a.l(2), a.l(3));
            case Nr.COPY_FILE_RANGE -> CopyCalls.copyFileRange(task, a.fd(0), a.l(1), a.fd(2), a.l(3), a.l(4), a.i(5));
            case Nr.FSETXATTR -> XattrCalls.fset(task, a.fd(0), a.l(1), a.l(2), a.l(3), a.i(4));
            case Nr.FGETXATTR -> XattrCalls.fget(task, a.fd(0), a.l(1), a.l(2), a.l(3));
            case Nr.FLISTXATTR -> XattrCalls.flist(task, a.fd(0), a.l(1), a.l(2));
            case Nr.FREMOVEXATTR -> XattrCalls.fremove(task, a.fd(0), a.l(1));
            case Nr.NAME_TO_HANDLE_AT -> HandleCalls.nameToHandle(task, a.fd(0), a.l(1), a.l(2), a.l(3), a.i(4));
            case Nr.OPEN_BY_HANDLE_AT -> HandleCalls.openByHandle(task, a.fd(0), a.l(1), a.i(2));
            case Nr.CACHESTAT -> FileAttributeCalls.cachestat(task, a.fd(0), a.l(1), a.l(2), a.i(3));
            case Nr.FILE_GETATTR -> FileAttributeCalls.get(task, a.fd(0), a.l(1), a.l(2), a.l(3), a.i(4));
            case Nr.FILE_SETATTR -> FileAttributeCalls.set(task, a.fd(0), a.l(1), a.l(2), a.l(3), a.i(4));
            case Nr.UMASK -> NameCalls.umask(task, a.i(0));
            case Nr.GETCWD -> NameCalls.getcwd(task, a.l(0), a.l(1));
            default -> NOT_MINE;
        };
    }
}
