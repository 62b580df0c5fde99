package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Rlimit;
import umlaut.abi.Rlimit64;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.Mm;

/** getrlimit(2), setrlimit(2), prlimit(2). */
public final class LimitCalls {
    private LimitCalls() {}

    public static long getrlimit(Task task, int resource, long address) {
        long known = resource < 0 || resource >= Rlimit.RLIM_NLIMITS ? Errno.EINVAL.negative() : 0;
        return known != 0 ? known : report(task, task.group.limits, resource, address);
    }

    public static long setrlimit(Task task, int resource, long address) {
        return set(task, task.group, resource, address);
    }

    public static long prlimit(Task task, int pid, int resource, long fresh, long old) {
        if (fresh != 0) {
            task.memory.struct(fresh, Rlimit64.SIZE);
        }
        Task target = pid == 0 ? task : task.findTask(pid);
        if (target == null) {
            return Errno.ESRCH.negative();
        }
        if (target.group != task.group && !permitted(task.credentials(), target.credentials())) {
            return Errno.EPERM.negative();
        }
        if (resource < 0 || resource >= Rlimit.RLIM_NLIMITS) {
            return Errno.EINVAL.negative();
        }
        Limits before = new Limits();
        before.put(resource, target.group.limits.soft(resource), target.group.limits.hard(resource));
        if (fresh != 0) {
            long error = set(task, target.group, resource, fresh);
            if (error != 0) {
                return error;
            }
        }
        return old == 0 ? 0 : report(task, before, resource, old);
    }

    private static long report(Task task, Limits limits, int resource, long address) {
        MemorySegment out = task.memory.build(Rlimit64.SIZE);
        Le.putLong(out, Rlimit64.RLIM_CUR, limits.soft(resource));
        Le.putLong(out, Rlimit64.RLIM_MAX, limits.hard(resource));
        task.memory.write(address, out);
        return 0;
    }

    private static long set(Task task, ThreadGroup group, int resource, long address) {
        MemorySegment in = task.memory.struct(address, Rlimit64.SIZE);
        long soft = Le.getLong(in, Rlimit64.RLIM_CUR);
        long hard = Le.getLong(in, Rlimit64.RLIM_MAX);
        if (resource < 0 || resource >= Rlimit.RLIM_NLIMITS || Long.compareUnsigned(soft, hard) > 0) {
            return Errno.EINVAL.negative();
        }
        if (resource == Rlimit.RLIMIT_NOFILE && Long.compareUnsigned(hard, task.kernel.limits.openFiles.get()) > 0) {
            return Errno.EPERM.negative();
        }
        boolean raises = Long.compareUnsigned(hard, group.limits.hard(resource)) > 0;
        if (raises && !task.credentials().capable(Capability.CAP_SYS_RESOURCE)) {
            return Errno.EPERM.negative();
        }
        group.limits.put(resource, soft, hard);
        Mm mm = group.mmOrNull();
        if (mm != null) {
            mm.endLease();
        }
        if (resource == Rlimit.RLIMIT_CPU) {
            CpuLimit.changed(task.kernel, group);
        }
        return 0;
    }

    private static boolean permitted(Credentials mine, Credentials theirs) {
        boolean same = mine.uid() == theirs.uid()
                && mine.uid() == theirs.euid()
                && mine.uid() == theirs.suid()
                && mine.gid() == theirs.gid()
                && mine.gid() == theirs.egid()
                && mine.gid() == theirs.sgid();
        return same || mine.capableIn(theirs.userNs(), Capability.CAP_SYS_RESOURCE);
    }
}
