package umlaut.kernel.mm;

import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.Nr;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;

/** System calls on memory, and the execve(2) family. */
public final class MemoryCalls implements SyscallFamily {
    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.MMAP -> Mmap.mmap(task, a.l(0), a.l(1), a.i(2), a.i(3), a.fd(4), a.l(5));
            case Nr.MUNMAP -> Munmap.munmap(task, a.l(0), a.l(1));
            case Nr.MPROTECT -> Mprotect.mprotect(task, a.l(0), a.l(1), a.i(2), -1);
            case Nr.BRK -> Brk.brk(task, a.l(0));
            case Nr.MREMAP -> Mremap.mremap(task, a.l(0), a.l(1), a.l(2), a.i(3), a.l(4));
            case Nr.MADVISE -> Madvise.madvise(task, a.l(0), a.l(1), a.i(2));
            case Nr.EXECVE -> Exec.execve(task, AtFlags.AT_FDCWD, a.path(0), a.l(1), a.l(2), 0);
            case Nr.EXECVEAT -> Exec.execve(task, a.fd(0), a.path(1), a.l(2), a.l(3), a.i(4));
            case Nr.MSYNC -> Mincore.msync(task, a.l(0), a.l(1), a.i(2));
            case Nr.MINCORE -> Mincore.mincore(task, a.l(0), a.l(1), a.l(2));
            case Nr.MLOCK -> Mlock.mlock(task, a.l(0), a.l(1), 0);
            case Nr.MLOCK2 -> Mlock.mlock(task, a.l(0), a.l(1), a.i(2));
            case Nr.MUNLOCK -> Mlock.munlock(task, a.l(0), a.l(1));
            case Nr.MLOCKALL -> Mlock.mlockall(task, a.i(0));
            case Nr.MUNLOCKALL -> Mlock.munlockall(task);
            case Nr.MEMFD_CREATE -> Memfd.create(task, a.l(0), a.i(1));
            case Nr.PKEY_MPROTECT -> Mprotect.mprotect(task, a.l(0), a.l(1), a.i(2), a.i(3));
            // A CPU without protection keys has none to give.
            case Nr.PKEY_ALLOC, Nr.PKEY_FREE -> Errno.EINVAL.negative();
            case Nr.REMAP_FILE_PAGES -> Mmap.remapFilePages(task, a.l(0), a.l(1), a.i(2), a.l(3), a.i(4));
            case Nr.MSEAL -> Mincore.mseal(task, a.l(0), a.l(1), a.l(2));
            case Nr.MBIND -> MemoryPolicy.bind(task, a.l(0), a.l(1), a.i(2), a.l(3), a.l(4), a.i(5));
            case Nr.SET_MEMPOLICY -> MemoryPolicy.set(task, a.i(0), a.l(1), a.l(2));
            case Nr.GET_MEMPOLICY -> MemoryPolicy.get(task, a.l(0), a.l(1), a.l(2), a.l(3), a.l(4));
            case Nr.MOVE_PAGES -> MemoryPolicy.movePages(task, a);
            case Nr.MIGRATE_PAGES -> MemoryPolicy.migrate(task, a.i(0), a.l(1), a.l(2), a.l(3));
            case Nr.SET_MEMPOLICY_HOME_NODE -> MemoryPolicy.setHome(task, a.l(0), a.l(1), a.l(2), a.l(3));
            case Nr.PROCESS_VM_READV ->
                ProcessMemory.transfer(task, a.i(0), a.l(1), a.l(2), a.l(3), a.l(4), a.l(5), false);
            case Nr.PROCESS_VM_WRITEV ->
                ProcessMemory.transfer(task, a.i(0), a.l(1), a.l(2), a.l(3), a.l(4), a.l(5), true);
            case Nr.PROCESS_MADVISE -> ProcessMemory.advise(task, a.fd(0), a.l(1), a.l(2), a.i(3), a.i(4));
            case Nr.PROCESS_MRELEASE -> ProcessMemory.release(task, a.fd(0), a.i(1));
            case Nr.MAP_SHADOW_STACK -> Errno.EOPNOTSUPP.negative();
            case Nr.MEMFD_SECRET -> SecretFile.create(task, a.i(0));
            case Nr.USERFAULTFD, Nr.MODIFY_LDT -> Errno.ENOSYS.negative();
            default -> NOT_MINE;
        };
    }
}
