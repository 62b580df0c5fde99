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
 * Scheduling policies and CPU affinity, sched(7). Threads run on the processors that they are left with, where the guest has all of its host's; else the host schedules
 * them as it likes, and what is asked for is checked, kept, shown and inherited as Linux would.
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
        return apply(task, target, new Wish(policy, priority, target.settings.nice, reset, DeadlineParams.NONE), 0);
    }

    /** What is asked for a task. */
    private record Wish(int policy, int priority, int nice, boolean reset, DeadlineParams deadline) {
        boolean realTime() {
            return policy == SchedConst.SCHED_FIFO || policy == SchedConst.SCHED_RR;
        }

        boolean fair() {
            return policy == SchedConst.SCHED_NORMAL
                    || policy == SchedConst.SCHED_BATCH
                    || policy == SchedConst.SCHED_IDLE;
        }

        boolean valid() {
            boolean bounded = policy == SchedConst.SCHED_DEADLINE;
            return (realTime() ? priority >= 1 && priority <= RT_MAX : (fair() || bounded) && priority == 0)
                    && (!bounded || deadline.valid());
        }
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
        return apply(task, target, new Wish(s.schedPolicy, priority, s.nice, s.resetOnFork, DeadlineParams.NONE), 0);
    }

    private static long apply(Task task, Task target, Wish wish, long attrFlags) {
        if (!wish.valid()) {
            return Errno.EINVAL.negative();
        }
        TaskSettings s = target.settings;
        if (!task.credentials().capable(Capability.CAP_SYS_NICE) && needsPrivilege(task, target, wish)) {
            return Errno.EPERM.negative();
        }
        if ((attrFlags & SchedConst.SCHED_FLAG_UTIL_CLAMP) != 0) {
            return Errno.EOPNOTSUPP.negative(); // a kernel without CONFIG_UCLAMP_TASK
        }
        boolean bounded = wish.policy == SchedConst.SCHED_DEADLINE;
        if (bounded && target.settings.cpuMask != allCpus(target)) {
            return Errno.EPERM.negative();
        }
        if (bounded && !wish.deadline.fits(target)) {
            return Errno.EBUSY.negative();
        }
        s.deadline = wish.deadline;
        s.schedPolicy = wish.policy;
        s.schedPriority = wish.priority;
        s.nice = wish.fair() ? wish.nice : s.nice;
        s.resetOnFork = wish.reset;
        return 0;
    }

    private static boolean needsPrivilege(Task task, Task target, Wish wish) {
        TaskSettings s = target.settings;
        long limit = target.group.limits.soft(Rlimit.RLIMIT_RTPRIO);
        boolean same = wish.policy == s.schedPolicy;
        return wish.realTime()
                        && (limit == 0 && !same
                                || wish.priority > s.schedPriority && Long.compareUnsigned(wish.priority, limit) > 0)
                || wish.policy == SchedConst.SCHED_DEADLINE
                || wish.fair() && wish.nice < s.nice && !mayNice(target, wish.nice)
                || !owns(task, target)
                || s.resetOnFork && !wish.reset;
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
        long ns = policy == SchedConst.SCHED_RR
                ? RR_INTERVAL_NS
                : policy == SchedConst.SCHED_FIFO || policy == SchedConst.SCHED_DEADLINE ? 0 : SLICE_NS;
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
                task.memory.putInt(address, SchedAttr.SIZE);
                return Errno.E2BIG.negative();
            }
        }
        long attrFlags = Le.getLong(in, SchedAttr.SCHED_FLAGS);
        boolean clamps = (attrFlags & SchedConst.SCHED_FLAG_UTIL_CLAMP) != 0;
        int policy = Le.getInt(in, SchedAttr.SCHED_POLICY);
        if (clamps && size < SchedAttr.SIZE || policy < 0) {
            return Errno.EINVAL.negative();
        }
        Task target = target(task, pid);
        if ((attrFlags & ~SchedConst.SCHED_FLAG_ALL) != 0) {
            return Errno.EINVAL.negative();
        }
        int nice = Math.clamp(Le.getInt(in, SchedAttr.SCHED_NICE), -20, 19);
        int priority = Le.getInt(in, SchedAttr.SCHED_PRIORITY);
        DeadlineParams deadline = policy == SchedConst.SCHED_DEADLINE ? DeadlineParams.read(in) : DeadlineParams.NONE;
        boolean reset = (attrFlags & SchedConst.SCHED_FLAG_RESET_ON_FORK) != 0;
        if ((attrFlags & SchedConst.SCHED_FLAG_KEEP_POLICY) != 0) {
            policy = target.settings.schedPolicy;
            reset = target.settings.resetOnFork;
        }
        if ((attrFlags & SchedConst.SCHED_FLAG_KEEP_PARAMS) != 0) {
            priority = target.settings.schedPriority;
            nice = target.settings.nice;
            deadline = target.settings.deadline;
        }
        return apply(task, target, new Wish(policy, priority, nice, reset, deadline), attrFlags);
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
        DeadlineParams deadline = s.deadline;
        int reset = s.resetOnFork ? SchedConst.SCHED_FLAG_RESET_ON_FORK : 0;
        Le.putLong(out, SchedAttr.SCHED_FLAGS, reset | deadline.flags());
        deadline.write(out);
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
        if (cpusAreHosts(task)) {
            target.user().limitCpus(effective);
        }
        return 0;
    }

    /** A task has got a new thread of the engine's, which knows of no limit. */
    static void limitCpus(Task task) {
        if (isLimited(task)) {
            task.user().limitCpus(task.settings.cpuMask);
        }
    }

    /** Does sched_setaffinity(2) keep it from some processors, on the host too? */
    static boolean isLimited(Task task) {
        return task.settings.cpuMask != allCpus(task) && cpusAreHosts(task);
    }

    private static boolean cpusAreHosts(Task task) {
        return task.kernel.config.cpus() >= task.kernel.engine.cpu().cpus();
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
