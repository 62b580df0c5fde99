package umlaut.kernel.seccomp;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Nr;
import umlaut.abi.Prctl;
import umlaut.abi.SeccompData;
import umlaut.abi.SiCode;
import umlaut.abi.Signal;
import umlaut.engine.Reg;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Exit;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskLoop;

/**
 * A task's seccomp state: strict mode, or a filter and those installed before it. Inherited by fork(2), clone(2) and execve(2), never lifted. Immutable. System calls that do not come
 * to the kernel (futex waits and wakes, the vDSO's clocks) are not filtered.
 *
 * @param program null in strict mode
 * @param earlier filters installed before, which are run too
 */
public record Seccomp(
        @Nullable BpfProgram program, @Nullable Seccomp earlier) {
    /** Go on with the call. No result of a system call. */
    public static final long PASS = Long.MIN_VALUE + 3;

    static final int MAX_ERRNO = 4095;
    static final int DATA = 0xffff;

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

    /** Looks at the call that the task makes. @return {@link #PASS}, or the call's result */
    public static long check(Task task, Seccomp state, int nr) {
        if (state.program == null) {
            if (nr == Nr.READ || nr == Nr.WRITE || nr == Nr.EXIT || nr == Nr.RT_SIGRETURN) {
                return PASS;
            }
            return Exit.killedBy(task, Signal.SIGKILL, true);
        }
        SeccompCall call = new SeccompCall(task.user());
        int strongest = Prctl.SECCOMP_RET_ALLOW;
        for (Seccomp s = state; s != null; s = s.earlier) {
            if (s.program != null) {
                int result = s.program.run(call);
                // As signed numbers, the actions stand in order of strength.
                if ((result & Prctl.SECCOMP_RET_ACTION_FULL) < (strongest & Prctl.SECCOMP_RET_ACTION_FULL)) {
                    strongest = result;
                }
            }
        }
        return act(task, nr, strongest);
    }

    private static long act(Task task, int nr, int result) {
        int data = result & DATA;
        return switch (result & Prctl.SECCOMP_RET_ACTION_FULL) {
            case Prctl.SECCOMP_RET_ALLOW -> PASS;
            case Prctl.SECCOMP_RET_LOG -> {
                task.kernel.log.info("seccomp: system call " + nr + " of " + task);
                yield PASS;
            }
            case Prctl.SECCOMP_RET_ERRNO -> -Math.min(data, MAX_ERRNO);
            // Nobody traces or listens.
            case Prctl.SECCOMP_RET_TRACE, Prctl.SECCOMP_RET_USER_NOTIF -> Errno.ENOSYS.negative();
            case Prctl.SECCOMP_RET_TRAP -> trap(task, nr, data);
            case Prctl.SECCOMP_RET_KILL_THREAD -> Exit.killedBy(task, Signal.SIGSYS, false);
            default -> Exit.killedBy(task, Signal.SIGSYS, true);
        };
    }

    /** SIGSYS, with the registers as they were at the call. */
    private static long trap(Task task, int nr, int data) {
        SigInfo info = new SigInfo(
                Signal.SIGSYS,
                SiCode.SYS_SECCOMP,
                0,
                data,
                SeccompData.AUDIT_ARCH_X86_64,
                nr,
                task.user().reg(Reg.RIP),
                0,
                0);
        Signals.force(task, info);
        return TaskLoop.KEEP_REGISTERS;
    }
}
