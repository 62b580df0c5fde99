package umlaut.kernel.mm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.kernel.task.PidFile;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.task.TraceAccess;

/**
 * One process working on another's memory: process_vm_readv(2), process_vm_writev(2), process_madvise(2), process_mrelease(2) (Linux: mm/process_vm_access.c).
 */
public final class ProcessMemory {
    private static final int IOV_MAX = 1024;
    private static final int CHUNK = 64 << 10;

    private ProcessMemory() {}

    static long transfer(
            Task task,
            int pid,
            long localIov,
            long localCount,
            long remoteIov,
            long remoteCount,
            long flags,
            boolean write) {
        if (flags != 0) {
            return Errno.EINVAL.negative();
        }
        long[] local = iov(task, localIov, (int) localCount); // Linux, too, takes the lower half of this one
        if (total(local) == 0) {
            return 0;
        }
        long[] remote = iov(task, remoteIov, Math.clamp(remoteCount, -1, Integer.MAX_VALUE));
        if (total(remote) == 0) {
            return 0;
        }
        Task target = task.findTask(pid);
        if (target == null) {
            return Errno.ESRCH.negative();
        }
        Mm mm = target.mmOrNull();
        if (mm == null || mm.tryAcquire() == null) {
            return Errno.ESRCH.negative();
        }
        try {
            return TraceAccess.mayAttach(task, target)
                    ? copy(task, target, mm, local, remote, write)
                    : Errno.EPERM.negative();
        } finally {
            mm.release();
        }
    }

    /** base, length, base, length, ... */
    private static long[] iov(Task task, long address, int count) {
        if (count < 0 || count > IOV_MAX) {
            throw Errno.EINVAL.exception();
        }
        long[] out = new long[count * 2];
        for (int i = 0; i < out.length; i++) {
            out[i] = task.memory.getLong(address + i * 8L);
            if ((i & 1) != 0 && out[i] < 0) {
                throw Errno.EINVAL.exception();
            }
        }
        return out;
    }

    private static long total(long[] iov) {
        long sum = 0;
        for (int i = 1; i < iov.length; i += 2) {
            sum += iov[i];
            if (sum < 0) {
                throw Errno.EINVAL.exception();
            }
        }
        return sum;
    }

    private static long copy(Task task, Task target, Mm mm, long[] local, long[] remote, boolean write) {
        long done = 0;
        int l = 0;
        int r = 0;
        long lOffset = 0;
        long rOffset = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK, 64);
            while (l < local.length && r < remote.length) {
                long n = Math.min(CHUNK, Math.min(local[l + 1] - lOffset, remote[r + 1] - rOffset));
                long moved =
                        n == 0 ? 0 : move(task, target, mm, local[l] + lOffset, remote[r] + rOffset, buffer, n, write);
                done += moved;
                if (moved < n) {
                    break;
                }
                lOffset += n;
                rOffset += n;
                if (lOffset == local[l + 1]) {
                    l += 2;
                    lOffset = 0;
                }
                if (rOffset == remote[r + 1]) {
                    r += 2;
                    rOffset = 0;
                }
            }
        }
        return done > 0 ? done : Errno.EFAULT.negative();
    }

    private static long move(
            Task task, Task target, Mm mm, long local, long remote, MemorySegment buffer, long n, boolean write) {
        if (mm.secretIn(remote, n)) {
            return 0;
        }
        if (write) {
            long got = task.user().read(local, buffer, 0, n);
            return got <= 0 ? 0 : Math.max(0, mm.space().write(remote, buffer, 0, got));
        }
        long got = mm.space().read(remote, buffer, 0, n);
        return got <= 0 ? 0 : Math.max(0, task.user().write(local, buffer, 0, got));
    }

    /** process_madvise(2): on the caller's own process as madvise(2), on others only advice that changes no contents, which is then left out. */
    static long advise(Task task, int pidfd, long iovAddress, long count, int advice, int flags) {
        if (flags != 0) {
            return Errno.EINVAL.negative();
        }
        long[] iov = iov(task, iovAddress, (int) count);
        if (!(task.files().get(pidfd) instanceof PidFile file)) {
            return Errno.EBADF.negative();
        }
        boolean own = file.group == task.group;
        boolean harmless = advice == MapFlags.MADV_COLD
                || advice == MapFlags.MADV_PAGEOUT
                || advice == MapFlags.MADV_WILLNEED
                || advice == MapFlags.MADV_COLLAPSE;
        if (!own && !harmless) {
            return Errno.EINVAL.negative();
        }
        Task target = task.kernel.tasks.task(file.group.tgid);
        if (target == null) {
            return Errno.ESRCH.negative();
        }
        if (!own && !TraceAccess.mayAttach(task, target)) {
            return Errno.EACCES.negative();
        }
        if (!own && !task.credentials().capable(Capability.CAP_SYS_NICE)) {
            return Errno.EPERM.negative();
        }
        long done = 0;
        for (int i = 0; i < iov.length; i += 2) {
            long result = own ? Madvise.madvise(task, iov[i], iov[i + 1], advice) : 0;
            if (result < 0) {
                return done > 0 ? done : result;
            }
            done += iov[i + 1];
        }
        return done;
    }

    /** process_mrelease(2): memory of a dying process goes quickly by itself. */
    static long release(Task task, int pidfd, int flags) {
        if (flags != 0) {
            return Errno.EINVAL.negative();
        }
        if (!(task.files().get(pidfd) instanceof PidFile file)) {
            return Errno.EBADF.negative();
        }
        ThreadGroup group = file.group;
        return group.exiting() ? 0 : Errno.EINVAL.negative();
    }
}
