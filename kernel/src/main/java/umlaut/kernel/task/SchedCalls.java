package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Rlimit;
import umlaut.abi.SchedAttr;
import umlaut.abi.SchedConst;
import umlaut.abi.Timespec;
import umlaut.kernel.cred.Credentials;

/**
 * Scheduling policies and CPU affinity, sched(7). The host schedules guest threads as it likes; what is asked for here
 * is checked, kept, shown and inherited as Linux would.
 */
public final class SchedCalls {
    private static final int RT_MAX = 99;
    private static final long RR_INTERVAL_NS = 100_000_000;
    private static final long SLICE_NS = 3_000_000;

    private SchedCalls() {}

    /** The task itself for 0. @throws umlaut.abi.ErrnoException EINVAL, ESRCH */
    private static Task target(Task task, int pid) {
        if (pid < 0) {
            throw Errno.EINVAL.exception();
        }
        Task found = pid == 0 ? task : task.findTask(pid);
        if (found == null) {
            throw Errno.ESRCH.exception();
        }
        return found;
    }

    private static boolean owns(Task task, Task target) {
        Credentials mine = task.credentials();
        Credentials theirs = target.credentials();
        return mine.euid() == theirs.euid()
                || mine.euid() == theirs.uid()
                || mine.capableIn(theirs.userNs(), Capability.CAP_SYS_NICE);
    }

    public static long setScheduler(Task task, int pid, int rawPolicy, long param) {
        if (rawPolicy < 0) {
            return Errno.EINVAL.negative();
        }
        int priority = priority(task, pid, param);
        Task target = target(task, pid);
        boolean reset = (rawPolicy & SchedConst.SCHED_RESET_ON_FORK) != 0;
        int policy = rawPolicy & ~SchedConst.SCHED_RESET_ON_FORK;
        return apply(task, target, policy, priority, target.settings.nice, reset);
    }

    /** A process that can't be and parameters that are not given come before all else. */
    private static int priority(Task task, int pid, long param) {
        if (pid < 0 || param == 0) {
            throw Errno.EINVAL.exception();
        }
        return task.memory.getInt(param);
    }

    public static long setParam(Task task, int pid, long param) {
        int priority = priority(task, pid, param);
        Task target = target(task, pid);
        TaskSettings s = target.settings;
        return apply(task, target, s.schedPolicy, priority, s.nice, s.resetOnFork);
    }

    private static long apply(Task task, Task target, int policy, int priority, int nice, boolean reset) {
        boolean realTime = policy == SchedConst.SCHED_FIFO || policy == SchedConst.SCHED_RR;
        boolean fair = policy == SchedConst.SCHED_NORMAL
                || policy == SchedConst.SCHED_BATCH
                || policy == SchedConst.SCHED_IDLE;
        if (!realTime && !fair || (realTime ? priority < 1 || priority > RT_MAX : priority != 0)) {
            return Errno.EINVAL.negative();
        }
        TaskSettings s = target.settings;
        if (!task.credentials().capable(Capability.CAP_SYS_NICE)) {
            long limit = target.group.limits.soft(Rlimit.RLIMIT_RTPRIO);
            boolean same = policy == s.schedPolicy;
            if (realTime
                            && (limit == 0 && !same
                                    || priority > s.schedPriority && Long.compareUnsigned(priority, limit) > 0)
                    || fair && nice < s.nice && !mayNice(target, nice)
                    || !owns(task, target)
                    || s.resetOnFork && !reset) {
                return Errno.EPERM.negative();
            }
        }
        s.schedPolicy = policy;
        s.schedPriority = priority;
        s.nice = fair ? nice : s.nice;
        s.resetOnFork = reset;
        return 0;
    }

    static boolean mayNice(Task target, int nice) {
        return Long.compareUnsigned(20L - nice, target.group.limits.soft(Rlimit.RLIMIT_NICE)) <= 0;
    }

    public static long getScheduler(Task task, int pid) {
        TaskSettings s = target(task, pid).settings;
        return s.schedPolicy | (s.resetOnFork ? SchedConst.SCHED_RESET_ON_FORK : 0);
    }

    public static long getParam(Task task, int pid, long param) {
        if (param == 0) {
            return Errno.EINVAL.negative();
        }
        task.memory.putInt(param, target(task, pid).settings.schedPriority);
        return 0;
    }

    public static long priorityMax(int policy) {
        return switch (policy) {
            case SchedConst.SCHED_FIFO, SchedConst.SCHED_RR -> RT_MAX;
            case SchedConst.SCHED_NORMAL,
                    SchedConst.SCHED_BATCH,
                    SchedConst.SCHED_IDLE,
                    SchedConst.SCHED_DEADLINE,
                    SchedConst.SCHED_EXT -> 0;
            default -> Errno.EINVAL.negative();
        };
    }

    public static long priorityMin(int policy) {
        long max = priorityMax(policy);
        return max > 0 ? 1 : max;
    }

    public static long rrInterval(Task task, int pid, long address) {
        int policy = target(task, pid).settings.schedPolicy;
        long ns = policy == SchedConst.SCHED_RR ? RR_INTERVAL_NS : policy == SchedConst.SCHED_FIFO ? 0 : SLICE_NS;
        MemorySegment out = task.memory.build(Timespec.SIZE);
        Le.putLong(out, Timespec.TV_NSEC, ns);
        task.memory.write(address, out);
        return 0;
    }

    public static long setAttr(Task task, int pid, long address, int flags) {
        if (address == 0 || pid < 0 || flags != 0) {
            return Errno.EINVAL.negative();
        }
        int size = task.memory.getInt(address);
        size = size == 0 ? SchedAttr.SIZE_VER0 : size;
        if (size < SchedAttr.SIZE_VER0 || size > 4096) {
            task.memory.putInt(address, SchedAttr.SIZE);
            return Errno.E2BIG.negative();
        }
        MemorySegment in = task.memory.struct(address, size);
        for (int i = SchedAttr.SIZE; i < size; i++) {
            if (Le.getByte(in, i) != 0) {
                return Errno.E2BIG.negative();
            }
        }
        long attrFlags = Le.getLong(in, SchedAttr.SCHED_FLAGS);
        if ((attrFlags & ~SchedConst.SCHED_FLAG_ALL) != 0) {
            return Errno.EINVAL.negative();
        }
        int policy = Le.getInt(in, SchedAttr.SCHED_POLICY);
        int nice = Math.clamp(Le.getInt(in, SchedAttr.SCHED_NICE), -20, 19);
        int priority = Le.getInt(in, SchedAttr.SCHED_PRIORITY);
        Task target = target(task, pid);
        if (policy == SchedConst.SCHED_DEADLINE) {
            return task.credentials().capable(Capability.CAP_SYS_NICE)
                    ? Errno.EBUSY.negative()
                    : Errno.EPERM.negative();
        }
        if ((attrFlags & SchedConst.SCHED_FLAG_KEEP_POLICY) != 0) {
            policy = target.settings.schedPolicy;
        }
        if ((attrFlags & SchedConst.SCHED_FLAG_KEEP_PARAMS) != 0) {
            priority = target.settings.schedPriority;
            nice = target.settings.nice;
        }
        return apply(task, target, policy, priority, nice, (attrFlags & SchedConst.SCHED_FLAG_RESET_ON_FORK) != 0);
    }

    public static long getAttr(Task task, int pid, long address, int size, int flags) {
        if (address == 0 || size < SchedAttr.SIZE_VER0 || size > 4096 || flags != 0) {
            return Errno.EINVAL.negative();
        }
        TaskSettings s = target(task, pid).settings;
        int used = Math.min(size, SchedAttr.SIZE);
        MemorySegment out = task.memory.build(SchedAttr.SIZE);
        Le.putInt(out, SchedAttr.SIZE_FIELD, used);
        Le.putInt(out, SchedAttr.SCHED_POLICY, s.schedPolicy);
        Le.putLong(out, SchedAttr.SCHED_FLAGS, s.resetOnFork ? SchedConst.SCHED_FLAG_RESET_ON_FORK : 0);
        Le.putInt(out, SchedAttr.SCHED_NICE, s.nice);
        Le.putInt(out, SchedAttr.SCHED_PRIORITY, s.schedPriority);
        task.memory.write(address, out, 0, used);
        return 0;
    }

    public static long setAffinity(Task task, int pid, int length, long address) {
        byte[] mask = task.memory.bytes(address, Math.clamp(length, 0, Long.BYTES));
        Task target = find(task, pid);
        if (target == null) {
            return Errno.ESRCH.negative();
        }
        if (!owns(task, target)) {
            return Errno.EPERM.negative();
        }
        long wanted = 0;
        for (int i = 0; i < mask.length; i++) {
            wanted |= (mask[i] & 0xffL) << 8 * i;
        }
        long effective = wanted & allCpus(task);
        if (effective == 0) {
            return Errno.EINVAL.negative();
        }
        target.settings.cpuMask = effective;
        return 0;
    }

    static long allCpus(Task task) {
        int cpus = task.kernel.config.cpus();
        return cpus >= Long.SIZE ? -1L : (1L << cpus) - 1;
    }

    /** @return bytes written: the kernel's mask is 8 bytes long */
    public static long getAffinity(Task task, int pid, int length, long address) {
        if (length < Long.BYTES || (length & Long.BYTES - 1) != 0) {
            return Errno.EINVAL.negative();
        }
        Task target = find(task, pid);
        if (target == null) {
            return Errno.ESRCH.negative();
        }
        task.memory.putLong(address, target.settings.cpuMask);
        return Long.BYTES;
    }

    /** getcpu(2): the host moves guest threads without telling; the lowest allowed CPU is a true enough answer. */
    public static long getcpu(Task task, long cpu, long node) {
        if (cpu != 0) {
            task.memory.putInt(cpu, Long.numberOfTrailingZeros(task.settings.cpuMask));
        }
        if (node != 0) {
            task.memory.putInt(node, 0);
        }
        return 0;
    }

    /** A task by id for calls that only look; null when there is none. */
    static @Nullable Task find(Task task, int pid) {
        return pid == 0 ? task : task.findTask(pid);
    }
}
