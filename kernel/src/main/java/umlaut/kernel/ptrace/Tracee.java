package umlaut.kernel.ptrace;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/**
 * That a task is traced, and by whom (ptrace(2); Linux: the ptrace fields of task_struct and its jobctl flags). Made by an attach, given up by a detach.
 *
 * <p>{@link #tracer} changes under {@code tasks.lock}. Volatile fields are written under the tracee's signal lock. {@link #access} is held by the tracer for the length of a
 * request, and taken by the tracee before it leaves a stop: in between, the tracer owns the tracee's registers and memory. It is taken before all other process locks.
 */
public final class Tracee {
    /** PTRACE_SEIZE, not PTRACE_ATTACH or PTRACE_TRACEME. */
    public final boolean seized;

    final ReentrantLock access = new ReentrantLock();
    final DebugRegisters debug = new DebugRegisters();

    /** The thread that traces; null once detached. */
    private volatile @Nullable Task tracer;

    /** PTRACE_O_*. */
    private volatile int options;

    /** In a ptrace-stop: the task waits for its tracer. */
    private volatile boolean stopped;

    /** PTRACE_LISTEN: stopped, but not to be seen as such. */
    volatile boolean listening;

    /** What wait(2) has not reported yet, as a status shifted right by 8; 0 = nothing. */
    private volatile int report;

    /** PTRACE_GETEVENTMSG. */
    volatile long message;

    /** The signal or event of the present stop. */
    volatile @Nullable SigInfo info;

    /** The signal the tracer resumes the task with. */
    volatile int resumeSignal;

    /** PTRACE_INTERRUPT or the like: stop soon (JOBCTL_TRAP_STOP). */
    volatile boolean trapStop;

    /** A group stop has begun or ended: a seized task tells (JOBCTL_TRAP_NOTIFY). */
    volatile boolean trapNotify;

    /** Has taken part in the group stop under way: that does not stop it any more. Guarded by the signal lock. */
    private volatile boolean counted;

    /** The stop signal it took last, 0 = that of the group. */
    volatile int stopSignal;

    /** PTRACE_SYSCALL: stop at the next entry or exit. */
    volatile boolean syscalls;

    /** PTRACE_SYSEMU. */
    volatile boolean emulate;

    /** PTRACE_SINGLESTEP. */
    volatile boolean step;

    /** The trap flag in the registers is the tracer's, not the program's. */
    volatile boolean forcedTrapFlag;

    Tracee(Task tracer, boolean seized, int options) {
        this.tracer = tracer;
        this.seized = seized;
        this.options = options;
    }

    public @Nullable Task tracer() {
        return tracer;
    }

    void unlink() {
        tracer = null;
    }

    public int options() {
        return options;
    }

    void setOptions(int fresh) {
        options = fresh;
    }

    public boolean has(int option) {
        return (options & option) != 0;
    }

    public boolean stopped() {
        return stopped;
    }

    void setStopped(boolean now) {
        stopped = now;
    }

    /** For wait(2): the status to report, 0 = none. */
    public int report() {
        return stopped && !listening ? report : 0;
    }

    /** The signal that the task has stopped with and that wait(2) has not reported: it is delivered if the tracer ends. */
    int unseenSignal() {
        SigInfo of = info;
        return stopped && of != null && of.signo() == report ? report : 0;
    }

    public void setReport(int code) {
        report = code;
    }

    public boolean counted() {
        return counted;
    }

    void setCounted(boolean now) {
        counted = now;
    }

    public boolean isStepping() {
        return step;
    }

    /** The trap flag does not survive a system call: the next return to guest code sets it anew. */
    public void enterSystemCall() {
        forcedTrapFlag = false;
    }

    public boolean emulates() {
        return emulate;
    }

    public boolean stopsAtSystemCalls() {
        return syscalls;
    }

    /** Has the task to stop for job control, or because its tracer asked? */
    public boolean trapPending(ThreadGroup group) {
        return trapStop || trapNotify || group.stopRequested() && !counted;
    }

    /** Is the tracer another process than the real parent? Then that does not see the stops. */
    public boolean reparented(ThreadGroup group) {
        Task by = tracer;
        return by != null && by.group != group.parent;
    }

    // --- job control; the caller holds the signal lock ---

    /** SIGCONT: the group stop is over. */
    public void groupContinued(Task task) {
        if (counted) {
            counted = false;
            task.group.stop.parked--;
        }
        if (seized) {
            trapNotify = true;
            notifyIfListening(task);
        }
    }

    /** The task took a stop signal, or its group is to stop. */
    public void groupStops(Task task, int signo) {
        if (counted) {
            counted = false;
            task.group.stop.parked--;
        }
        stopSignal = signo;
        if (seized) {
            notifyIfListening(task);
        }
    }

    private void notifyIfListening(Task task) {
        if (stopped && listening) {
            wakeFromStop(task, 0);
        } else if (!stopped) {
            task.kick();
        }
    }

    /** Ends the present stop. */
    void wakeFromStop(Task task, int signo) {
        resumeSignal = signo;
        listening = false;
        stopped = false;
        task.wakeUp();
    }
}
