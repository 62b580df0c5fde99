package umlaut.kernel.seccomp;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Nr;
import umlaut.abi.Prctl;
import umlaut.abi.PtraceConst;
import umlaut.abi.SeccompData;
import umlaut.abi.SiCode;
import umlaut.abi.Signal;
import umlaut.engine.Reg;
import umlaut.kernel.coredump.CoreDump;
import umlaut.kernel.ptrace.PtraceStop;
import umlaut.kernel.ptrace.Tracee;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Exit;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskExit;
import umlaut.kernel.task.TaskLoop;

/**
 * A task's seccomp state: strict mode, or a filter and those installed before it. Inherited by fork(2), clone(2) and execve(2), never lifted. Immutable. System calls that do not come
 * to the kernel (futex waits and wakes, the vDSO's clocks) are not filtered.
 *
 * @param program null in strict mode
 * @param earlier filters installed before, which are run too
 */
public final class Seccomp {
    /** Go on with the call. No result of a system call. */
    public static final long PASS = Long.MIN_VALUE + 8;

    static final int MAX_ERRNO = 4095;
    static final int DATA = 0xffff;

    private final @Nullable BpfProgram program;
    private final @Nullable Seccomp earlier;
    private final boolean logs;
    private final @Nullable Listener listener;
    /** Calls that all filters let pass whatever their arguments, a bit each (Linux: seccomp_cache_allow). */
    private final long[] passed;

    /**
     * @param program null in strict mode
     * @param earlier filters installed before, which are run too
     * @param logs SECCOMP_FILTER_FLAG_LOG
     * @param listener who answers SECCOMP_RET_USER_NOTIF, or null
     */
    Seccomp(@Nullable BpfProgram program, @Nullable Seccomp earlier, boolean logs, @Nullable Listener listener) {
        this.program = program;
        this.earlier = earlier;
        this.logs = logs;
        this.listener = listener;
        this.passed = program == null ? new long[0] : program.alwaysAllowed();
        for (int i = 0; i < passed.length && earlier != null; i++) {
            passed[i] &= i < earlier.passed.length ? earlier.passed[i] : 0;
        }
    }

    public @Nullable BpfProgram program() {
        return program;
    }

    public @Nullable Seccomp earlier() {
        return earlier;
    }

    /** SECCOMP_FILTER_FLAG_LOG. */
    public boolean logs() {
        return logs;
    }

    @Nullable Listener listener() {
        return listener;
    }

    /** PR_GET_SECCOMP: 1 strict, 2 filter. */
    public int mode() {
        return program == null ? Prctl.SECCOMP_MODE_STRICT : Prctl.SECCOMP_MODE_FILTER;
    }

    /** How many filters there are. */
    public int filters() {
        int n = 0;
        for (Seccomp s = this; s != null; s = s.earlier) {
            n++;
        }
        return n;
    }

    private boolean passes(int nr) {
        return nr >= 0 && nr < passed.length * Long.SIZE && (passed[nr >> 6] & 1L << nr) != 0;
    }

    /** Looks at the call that the task makes. @return {@link #PASS}, or the call's result */
    public static long check(Task task, Seccomp state, int nr) {
        return state.passes(nr) || suspended(task) ? PASS : check(task, state, nr, false);
    }

    private static boolean suspended(Task task) {
        Tracee tracee = task.tracee();
        return tracee != null && tracee.has(PtraceConst.PTRACE_O_SUSPEND_SECCOMP);
    }

    private static long check(Task task, Seccomp state, int nr, boolean again) {
        if (state.program == null) {
            if (nr == Nr.READ || nr == Nr.WRITE || nr == Nr.EXIT || nr == Nr.RT_SIGRETURN) {
                return PASS;
            }
            return Exit.killedBy(task, Signal.SIGKILL, true);
        }
        SeccompCall call = new SeccompCall(task.user(), nr);
        int strongest = Prctl.SECCOMP_RET_ALLOW;
        Seccomp by = state;
        for (Seccomp s = state; s != null; s = s.earlier) {
            if (s.program != null) {
                int result = s.program.run(call);
                // As signed numbers, the actions stand in order of strength.
                if ((result & Prctl.SECCOMP_RET_ACTION_FULL) < (strongest & Prctl.SECCOMP_RET_ACTION_FULL)) {
                    strongest = result;
                    by = s;
                }
            }
        }
        return act(task, by, nr, strongest, again);
    }

    private static long act(Task task, Seccomp by, int nr, int result, boolean again) {
        int data = result & DATA;
        int action = result & Prctl.SECCOMP_RET_ACTION_FULL;
        if (action == Prctl.SECCOMP_RET_LOG || by.logs && action != Prctl.SECCOMP_RET_ALLOW) {
            task.kernel.log.info("audit: type=1326 pid=" + task.tid + " comm=\"" + task.comm() + "\" syscall=" + nr
                    + " code=0x" + Integer.toHexString(action));
        }
        return switch (action) {
            case Prctl.SECCOMP_RET_ALLOW, Prctl.SECCOMP_RET_LOG -> PASS;
            case Prctl.SECCOMP_RET_ERRNO -> -Math.min(data, MAX_ERRNO);
            case Prctl.SECCOMP_RET_TRACE -> again ? PASS : trace(task, data);
            case Prctl.SECCOMP_RET_USER_NOTIF -> {
                Listener listener = by.listener;
                yield listener == null ? Errno.ENOSYS.negative() : listener.ask(task, nr);
            }
            case Prctl.SECCOMP_RET_TRAP -> trap(task, nr, data);
            case Prctl.SECCOMP_RET_KILL_THREAD ->
                task.group.liveThreads() > 1
                        ? Exit.killedBy(task, Signal.SIGSYS, false)
                        : killed(task, signal(task, nr, data));
            default -> killed(task, signal(task, nr, data));
        };
    }

    /** The tracer decides; what it makes of the call is looked at once more. */
    private static long trace(Task task, int data) {
        if (!PtraceStop.wants(task, PtraceConst.PTRACE_EVENT_SECCOMP)) {
            return Errno.ENOSYS.negative();
        }
        PtraceStop.event(task, PtraceConst.PTRACE_EVENT_SECCOMP, data);
        if (task.group.mustExit(task)) {
            throw TaskExit.now();
        }
        int nr = (int) task.origRax;
        Seccomp now = task.seccomp();
        return nr < 0 || now == null ? TaskLoop.KEEP_REGISTERS : check(task, now, nr, true);
    }

    /** A task has ended: supervisors of its filters look whether there are others. */
    public static void taskExits(Task task) {
        if (task.seccomp() != null) {
            ListenerFile.taskExits(task);
        }
    }

    /** SIGSYS, with the registers as they were at the call. */
    private static long trap(Task task, int nr, int data) {
        task.user().setReg(Reg.RAX, nr);
        Signals.force(task, signal(task, nr, data));
        return TaskLoop.KEEP_REGISTERS;
    }

    private static SigInfo signal(Task task, int nr, int data) {
        return new SigInfo(
                Signal.SIGSYS,
                SiCode.SYS_SECCOMP,
                0,
                data,
                SeccompData.AUDIT_ARCH_X86_64,
                nr,
                task.user().reg(Reg.RIP),
                0,
                0);
    }

    private static long killed(Task task, SigInfo info) {
        CoreDump.endWith(task, info);
        throw TaskExit.now();
    }
}
