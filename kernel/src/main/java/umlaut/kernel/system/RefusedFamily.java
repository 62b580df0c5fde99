package umlaut.kernel.system;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Nr;
import umlaut.abi.Signal;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;

/**
 * Calls that this kernel has and that its settings forbid, as an administrator can on any Linux: io_uring (kernel.io_uring_disabled = 2),
 * kexec (kernel.kexec_load_disabled), performance counters (none in the machine). What is wrong with the arguments counts where
 * Linux looks at them first. And the few old calls about the system that ask for no family of their own.
 */
public final class RefusedFamily implements SyscallFamily {
    private static final int ENTER_FLAGS = 0x7f, ENTER_REGISTERED_RING = 0x10;
    private static final int REGISTER_USE_REGISTERED_RING = 0x8000_0000, REGISTER_LAST = 37;
    private static final int PERF_FLAGS = 0xf, PERF_ATTR_SIZE = 4, PERF_ATTR_VERSION_0 = 64, PAGE = 4096;

    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.IO_URING_SETUP -> Errno.EPERM.negative();
            case Nr.IO_URING_ENTER -> ringEnter(task, a.fd(0), a.i(3));
            case Nr.IO_URING_REGISTER -> ringRegister(task, a.fd(0), a.i(1));
            case Nr.KEXEC_LOAD, Nr.KEXEC_FILE_LOAD -> Errno.EPERM.negative();
            case Nr.SWAPON -> task.kernel.swap.on(task, a.l(0), a.i(1));
            case Nr.SWAPOFF -> task.kernel.swap.off(task, a.l(0));
            case Nr.PERF_EVENT_OPEN -> perfEvent(task, a.l(0), a.l(4));
            case Nr.LSM_LIST_MODULES -> SecurityModules.list(task, a.l(0), a.l(1), a.i(2));
            case Nr.LSM_GET_SELF_ATTR -> SecurityModules.get(task, a.i(0), a.l(1), a.l(2), a.i(3));
            case Nr.LSM_SET_SELF_ATTR -> SecurityModules.set(task, a.l(1), a.i(2), a.i(3));
            case Nr.SYSFS -> FileSystemCalls.sysfs(task, a.i(0), a.l(1), a.l(2));
            case Nr.QUOTACTL -> FileSystemCalls.quotactl(task, a.i(0), a.l(1));
            case Nr.QUOTACTL_FD -> FileSystemCalls.quotactlFd(task, a.fd(0), a.i(1));
            case Nr.ACCT -> task.kernel.accounting.acct(task, a.l(0));
            case Nr.USTAT -> FileSystemCalls.ustat(task, a.i(0), a.l(1));
            case Nr.URETPROBE -> outsideTrampoline(task);
            case Nr.UPROBE -> withoutTrampoline();
            default -> NOT_MINE;
        };
    }

    private static long ringEnter(Task task, int fd, int flags) {
        if ((flags & ~ENTER_FLAGS) != 0 || (flags & ENTER_REGISTERED_RING) != 0) {
            return Errno.EINVAL.negative();
        }
        return notARing(task, fd);
    }

    private static long ringRegister(Task task, int fd, int operation) {
        int plain = operation & ~REGISTER_USE_REGISTERED_RING;
        if (plain >= REGISTER_LAST || plain != operation || fd == -1) {
            return Errno.EINVAL.negative();
        }
        return notARing(task, fd);
    }

    private static long notARing(Task task, int fd) {
        File file = task.files().lookup(fd);
        return (file == null ? Errno.EBADF : Errno.EOPNOTSUPP).negative();
    }

    private static long perfEvent(Task task, long attributes, long flags) {
        if ((flags & ~PERF_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        MemorySegment in = task.memory.struct(attributes, PERF_ATTR_VERSION_0);
        int size = Le.getInt(in, PERF_ATTR_SIZE);
        if (size != 0 && size < PERF_ATTR_VERSION_0 || size > PAGE) {
            return Errno.E2BIG.negative();
        }
        boolean allowed = task.credentials().capable(Capability.CAP_PERFMON)
                || task.credentials().capable(Capability.CAP_SYS_ADMIN);
        return (allowed ? Errno.ENOENT : Errno.EACCES).negative();
    }

    /** uprobe(2) too, but it says so: that is how programs find out whether there is such a call. */
    private static long withoutTrampoline() {
        return Errno.ENXIO.negative();
    }

    /** uretprobe(2) is the kernel's own trampoline's: from anywhere else it is an illegal instruction. */
    private static long outsideTrampoline(Task task) {
        Signals.force(task, SigInfo.kernel(Signal.SIGILL));
        return -1;
    }
}
