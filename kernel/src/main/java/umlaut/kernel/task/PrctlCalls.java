package umlaut.kernel.task;

import java.nio.charset.StandardCharsets;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Limits;
import umlaut.abi.Prctl;
import umlaut.abi.Signal;
import umlaut.engine.Reg;
import umlaut.kernel.cred.CapabilityCalls;
import umlaut.kernel.mm.MemoryPrctl;
import umlaut.kernel.seccomp.Seccomp;
import umlaut.kernel.seccomp.SeccompCalls;
import umlaut.kernel.seccomp.UserDispatch;

/**
 * prctl(2), arch_prctl(2): the switches of a task. Options that this kernel has no use for answer as a Linux without
 * their configuration.
 */
public final class PrctlCalls {
    private static final int DEFAULT_SLACK_NS = 50_000;

    /** PR_MCE_KILL_DEFAULT. */
    private static final int MCE_KILL_DEFAULT = 2;

    private PrctlCalls() {}

    public static long prctl(Task task, int option, long a, long b, long c, long d) {
        TaskSettings s = task.settings;
        ThreadGroup group = task.group;
        return switch (option) {
            case Prctl.PR_SET_PDEATHSIG -> setDeathSignal(task, a);
            case Prctl.PR_GET_PDEATHSIG -> put(task, a, s.parentDeathSignal);
            case Prctl.PR_GET_DUMPABLE -> task.mm().dumpable();
            case Prctl.PR_SET_DUMPABLE -> setDumpable(task, a);
            case Prctl.PR_SET_NAME -> setName(task, a);
            case Prctl.PR_GET_NAME -> getName(task, a);
            case Prctl.PR_GET_TIMING -> 0;
            case Prctl.PR_SET_TIMING -> a == 0 ? 0 : Errno.EINVAL.negative();
            case Prctl.PR_SET_TIMERSLACK -> setSlack(s, a);
            case Prctl.PR_GET_TIMERSLACK -> s.timerSlackNs;
            case Prctl.PR_SET_CHILD_SUBREAPER -> {
                group.childSubreaper = a != 0;
                yield 0;
            }
            case Prctl.PR_GET_CHILD_SUBREAPER -> put(task, a, group.childSubreaper ? 1 : 0);
            case Prctl.PR_GET_TID_ADDRESS -> {
                task.memory.putLong(a, task.user().ties().clearChildTid());
                yield 0;
            }
            case Prctl.PR_SET_THP_DISABLE -> {
                if (c != 0 || d != 0) {
                    yield Errno.EINVAL.negative();
                }
                s.hugePagesDisabled = a != 0;
                yield 0;
            }
            case Prctl.PR_GET_THP_DISABLE ->
                (a | b | c | d) != 0 ? Errno.EINVAL.negative() : s.hugePagesDisabled ? 1 : 0;
            case Prctl.PR_SET_MDWE -> setMdwe(s, a, b | c | d);
            case Prctl.PR_GET_MDWE -> (a | b | c | d) != 0 ? Errno.EINVAL.negative() : s.mdwe;
            case Prctl.PR_SET_IO_FLUSHER -> setIoFlusher(task, a);
            case Prctl.PR_GET_IO_FLUSHER -> getIoFlusher(task, a | b | c | d);
            case Prctl.PR_TASK_PERF_EVENTS_DISABLE, Prctl.PR_TASK_PERF_EVENTS_ENABLE -> 0;
            case Prctl.PR_SET_MM -> MemoryPrctl.setMm(task, a, b, c, d);
            case Prctl.PR_GET_AUXV -> (c | d) != 0 ? Errno.EINVAL.negative() : MemoryPrctl.getAuxv(task, a, b);
            case Prctl.PR_SET_MEMORY_MERGE -> {
                if ((b | c | d) != 0) {
                    yield Errno.EINVAL.negative();
                }
                s.memoryMerge = a != 0;
                yield 0;
            }
            case Prctl.PR_GET_MEMORY_MERGE -> (a | b | c | d) != 0 ? Errno.EINVAL.negative() : s.memoryMerge ? 1 : 0;
            case Prctl.PR_MCE_KILL_GET -> (a | b | c | d) != 0 ? Errno.EINVAL.negative() : s.machineCheckPolicy;
            case Prctl.PR_MCE_KILL -> machineCheck(s, a, b, c | d);
            case Prctl.PR_GET_TSC -> put(task, a, Prctl.PR_TSC_ENABLE);
            case Prctl.PR_SET_TSC -> a == Prctl.PR_TSC_ENABLE ? 0 : Errno.EINVAL.negative();
            case Prctl.PR_SET_PTRACER -> 0;
            case Prctl.PR_GET_SECCOMP -> task.seccomp() instanceof Seccomp state ? state.mode() : 0;
            case Prctl.PR_SET_SECCOMP -> SeccompCalls.prctl(task, a, b);
            case Prctl.PR_SET_SYSCALL_USER_DISPATCH -> UserDispatch.set(task, a, b, c, d);
            case Prctl.PR_GET_SPECULATION_CTRL -> ((b | c | d) != 0 ? Errno.EINVAL : Errno.ENODEV).negative();
            case Prctl.PR_SET_SPECULATION_CTRL -> ((c | d) != 0 ? Errno.EINVAL : Errno.ENODEV).negative();
            default -> CapabilityCalls.prctl(task, option, a, b, c, d);
        };
    }

    private static long put(Task task, long address, int value) {
        task.memory.putInt(address, value);
        return 0;
    }

    private static long setDeathSignal(Task task, long signo) {
        if (signo < 0 || signo > Signal.NSIG) {
            return Errno.EINVAL.negative();
        }
        task.settings.parentDeathSignal = (int) signo;
        return 0;
    }

    private static long setDumpable(Task task, long value) {
        if (value != 0 && value != 1) {
            return Errno.EINVAL.negative();
        }
        task.mm().setDumpable((int) value);
        return 0;
    }

    private static long setName(Task task, long address) {
        byte[] name = new byte[Limits.TASK_COMM_LEN - 1];
        int length = 0;
        while (length < name.length) {
            byte b = task.memory.getByte(address + length);
            if (b == 0) {
                break;
            }
            name[length++] = b;
        }
        task.setComm(new String(name, 0, length, StandardCharsets.ISO_8859_1));
        return 0;
    }

    private static long getName(Task task, long address) {
        byte[] out = new byte[Limits.TASK_COMM_LEN];
        byte[] name = task.comm().getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(name, 0, out, 0, Math.min(name.length, out.length - 1));
        task.memory.putBytes(address, out);
        return 0;
    }

    private static long setSlack(TaskSettings s, long ns) {
        s.timerSlackNs = ns <= 0 ? DEFAULT_SLACK_NS : ns;
        return 0;
    }

    private static long setMdwe(TaskSettings s, long bits, long rest) {
        if (rest != 0 || (bits & ~3) != 0 || bits == 2) {
            return Errno.EINVAL.negative();
        }
        if ((s.mdwe & ~(int) bits) != 0) {
            return Errno.EPERM.negative();
        }
        s.mdwe = (int) bits;
        return 0;
    }

    private static long getIoFlusher(Task task, long rest) {
        if (!task.credentials().capable(Capability.CAP_SYS_RESOURCE)) {
            return Errno.EPERM.negative();
        }
        return rest != 0 ? Errno.EINVAL.negative() : task.settings.ioFlusher ? 1 : 0;
    }

    /** PR_MCE_KILL: what a broken page does to the process is kept; the host tells of none. */
    private static long machineCheck(TaskSettings s, long command, long policy, long rest) {
        boolean clear = command == Prctl.PR_MCE_KILL_CLEAR;
        boolean set = command == Prctl.PR_MCE_KILL_SET;
        if (rest != 0 || !clear && !set || clear && policy != 0 || set && (policy < 0 || policy > MCE_KILL_DEFAULT)) {
            return Errno.EINVAL.negative();
        }
        s.machineCheckPolicy = set ? (int) policy : MCE_KILL_DEFAULT;
        return 0;
    }

    private static long setIoFlusher(Task task, long on) {
        if (!task.credentials().capable(Capability.CAP_SYS_RESOURCE)) {
            return Errno.EPERM.negative();
        }
        if (on != 0 && on != 1) {
            return Errno.EINVAL.negative();
        }
        task.settings.ioFlusher = on == 1;
        return 0;
    }

    public static long archPrctl(Task task, int option, long value) {
        return archPrctlOf(task, task, option, value);
    }

    /** arch_prctl(2), or PTRACE_ARCH_PRCTL of a stopped {@code subject}; results go to the caller's memory. */
    public static long archPrctlOf(Task task, Task subject, int option, long value) {
        return switch (option) {
            case Prctl.ARCH_SET_FS -> setFsBase(subject, value);
            // The GS base is the engine's: guests see 0 and may set no other.
            case Prctl.ARCH_SET_GS -> value == 0 ? 0 : Errno.EPERM.negative();
            case Prctl.ARCH_GET_FS -> {
                task.memory.putLong(value, subject.user().reg(Reg.FS_BASE));
                yield 0;
            }
            case Prctl.ARCH_GET_GS -> {
                task.memory.putLong(value, subject.user().reg(Reg.GS_BASE));
                yield 0;
            }
            case Prctl.ARCH_GET_CPUID -> 1;
            case Prctl.ARCH_SET_CPUID -> Errno.ENODEV.negative();
            case Prctl.ARCH_GET_XCOMP_SUPP, Prctl.ARCH_GET_XCOMP_PERM -> {
                task.memory.putLong(value, task.kernel.engine.cpu().xfeatures());
                yield 0;
            }
            // It is mapped already.
            case Prctl.ARCH_MAP_VDSO_64 -> Errno.EEXIST.negative();
            default -> Errno.EINVAL.negative();
        };
    }

    private static long setFsBase(Task task, long value) {
        if (Long.compareUnsigned(value, task.kernel.engine.taskSize()) >= 0) {
            return Errno.EPERM.negative();
        }
        task.user().setReg(Reg.FS_BASE, value);
        return 0;
    }
}
