package umlaut.kernel.task;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import umlaut.engine.UserThread;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.mm.PendingChange;
import umlaut.kernel.mm.UserAccess;
import umlaut.kernel.mm.WindowCopy;
import umlaut.kernel.mm.WritableRange;
import umlaut.kernel.ns.NsProxy;
import umlaut.kernel.ptrace.Tracee;
import umlaut.kernel.seccomp.Seccomp;
import umlaut.kernel.seccomp.UserDispatch;
import umlaut.kernel.signal.PendingSignals;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.signal.UnprovenFrame;
import umlaut.kernel.vfs.FileScratch;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.FsContext;

/**
 * One guest thread and its kernel side (Linux: task_struct). Its Java thread is its kernel stack; {@link TaskLoop} is
 * what runs on it.
 *
 * <p>Unless said otherwise a field is written only by the task itself, or before it first runs; others may read
 * volatile ones.
 */
public final class Task {
    public final Kernel kernel;
    /**
     * Thread id, unique among live tasks of the kernel, 1 to PID_MAX. Changes only when a thread that is not the leader
     * calls execve(2).
     */
    public volatile int tid;

    /** As {@link #tid}, in the task's own pid namespace: what gettid(2) says. */
    public volatile int tidInside;

    public final ThreadGroup group;
    /** The namespaces that are the task's own business; written by the task itself. */
    private volatile NsProxy ns;

    private final Object credentialsMonitor = new Object();
    private volatile Credentials credentials;
    /** Null only in a zombie. Changed by execve and exit. */
    private volatile @Nullable Mm mm;

    private volatile UserThread user;
    private volatile FileTable files;
    private volatile FsContext fs;
    private volatile String comm;

    /** Blocked signals, bit n-1 = signal n; written by the task itself only, but for a mask that is lent. */
    private volatile long blockedSignals;

    /** Guest code has its mask and may change it; no signal is pending then. Changed under {@link #maskMonitor}. */
    private volatile boolean maskLent;

    private final Object maskMonitor = new Object();
    /** Signals that sigtimedwait(2) has unblocked while it waits: sent ones wake it, but are not ignored or fatal. */
    public volatile long realBlocked;
    /** The task has begun to exit: takes no more signals. */
    public volatile boolean exited;
    /**
     * Parked by job control: takes no signal but SIGKILL before it is continued. Guarded by {@code group.signalLock}.
     */
    public boolean stopped;
    /**
     * A system call that a signal interrupted: its result (a {@link umlaut.kernel.signal.Restart} code), 0 = none, and
     * its number.
     */
    public long interruptedResult;

    public int interruptedNr;
    /** The last CPU exception: trap number, error code and address stay in every later sigcontext, as in Linux. */
    public @Nullable SigInfo lastFault;

    public long lastFaultAddress;
    /** What to go back to if the frame just pushed turns out to be impossible, and the signal it was for. */
    public final UnprovenFrame unprovenFrame = new UnprovenFrame();

    public int lastHandled;
    /** System call filters, null = none. */
    private volatile @Nullable Seccomp seccomp;
    /** That and by whom the task is traced; changed under {@code tasks.lock}. */
    private volatile @Nullable Tracee tracee;
    /** The tasks that this one traces; guarded by {@code tasks.lock}. */
    public final List<Task> tracees = new ArrayList<>(0);
    /** The system call that the registers are of, as ptrace(2) shows it; -1 = none. */
    public long origRax = -1;
    /** Waits in its exit until another thread has dumped core. */
    public volatile boolean waitsForDump;
    /** System calls take the long way: {@link umlaut.kernel.syscall.SyscallWork}. */
    private volatile boolean syscallWork;

    private volatile @Nullable UserDispatch userDispatch;
    /** Parked with its control group. */
    public volatile boolean frozen;
    /** Where the new task writes its tid when it first runs (CLONE_CHILD_SETTID); 0 = nowhere. */
    long setChildTid;
    /** What exit(2) was called with, in the form of wait(2). */
    int exitCode;
    /** What a vfork(2) parent waits for. */
    @Nullable VforkDone vforkDone;
    /** Mask to go back to after the handler of a sigsuspend-like call's signal was set up. */
    public @Nullable Long savedSignalMask;
    /** Thread-directed signals; guarded by {@code group.signalLock}. */
    public final PendingSignals pending = new PendingSignals();
    /**
     * A signal is waiting to be looked at, or the task was asked to stop, exit, or notice something: checked before
     * every return to guest code.
     */
    private volatile boolean workPending;

    public final SignalStack signalStack = new SignalStack();
    public final TaskAccounting accounting = new TaskAccounting();
    public final TaskSettings settings;
    /** Access to this task's own guest memory; bound to the running task. */
    public final UserAccess memory;
    /** What the task's file calls work with. */
    public final FileScratch fileScratch;

    /** A change of the address space that this task's guest thread makes on the host as it returns. */
    public @Nullable PendingChange pendingChange;

    public final WritableRange writable = new WritableRange();

    /** What the last read has left to the guest thread. */
    public final WindowCopy windowCopy = new WindowCopy();

    public final TaskSleep sleep = new TaskSleep(this);
    /** Sleepers this task acts for when its own call is through. */
    public final Completions completions = new Completions();

    private final AtomicInteger idChanges = new AtomicInteger();

    private volatile TaskState state = TaskState.RUNNING;
    private volatile @Nullable Thread kernelThread;
    /** Used by its kernel thread only. */
    private @Nullable Task actsFor;

    private @Nullable RestartBlock restartBlock;

    public Task(
            Kernel kernel,
            int tid,
            int tidInside,
            ThreadGroup group,
            UserThread user,
            Mm mm,
            Credentials credentials,
            FileTable files,
            FsContext fs,
            String comm,
            TaskSettings settings,
            NsProxy ns) {
        this.kernel = kernel;
        this.tid = tid;
        this.tidInside = tidInside;
        this.group = group;
        this.user = user;
        this.mm = mm;
        this.credentials = credentials;
        this.files = files;
        this.fs = fs;
        this.comm = comm;
        this.settings = settings;
        this.ns = ns;
        this.fileScratch = kernel.scratches.take();
        this.memory = new UserAccess(this, fileScratch.structs);
    }

    // --- what the task has ---

    public Credentials credentials() {
        return credentials;
    }

    /** By the task itself. No new privileges, once said, is for good, whoever said it. */
    public void setCredentials(Credentials fresh) {
        synchronized (credentialsMonitor) {
            credentials = credentials.noNewPrivs() ? fresh.withNoNewPrivs() : fresh;
        }
        forgetIds();
    }

    /** From any thread: PR_SET_NO_NEW_PRIVS on the task's behalf. */
    public void setNoNewPrivs() {
        synchronized (credentialsMonitor) {
            credentials = credentials.withNoNewPrivs();
        }
    }

    /** How often {@link #forgetIds} was called. */
    int idChanges() {
        return idChanges.get();
    }

    /** What getpid(2), getppid(2), getuid(2) and their like tell has changed, or nobody but the kernel may tell it from now on. From any thread. */
    public void forgetIds() {
        idChanges.incrementAndGet();
        user.forgetResults();
    }

    /** The address space of a task that still has one. */
    public Mm mm() {
        Mm current = mm;
        if (current == null) {
            throw new IllegalStateException("task " + tid + " has no address space");
        }
        return current;
    }

    public NsProxy ns() {
        return ns;
    }

    public void setNs(NsProxy fresh) {
        ns = fresh;
        noteSyscallWork();
    }

    // --- whom it knows by number ---

    /** The task that this one calls {@code nr}, or null (find_task_by_vpid). */
    public @Nullable Task findTask(int nr) {
        return kernel.tasks.task(group.pidNs.toGlobal(nr));
    }

    /** The process that this task calls {@code nr}, or null. */
    public @Nullable ThreadGroup findGroup(int nr) {
        return kernel.tasks.group(group.pidNs.toGlobal(nr));
    }

    /** What this task calls the initial namespace's {@code pid}; 0 when it does not see it (pid_vnr). */
    public int pidSeen(int pid) {
        return group.pidNs.fromGlobal(pid);
    }

    public @Nullable Mm mmOrNull() {
        return mm;
    }

    /** execve and exit: the task goes on in another address space, or in none. */
    public void setMm(@Nullable Mm fresh) {
        mm = fresh;
    }

    public UserThread user() {
        return user;
    }

    public void setUser(UserThread fresh) {
        takeMaskBack();
        user = fresh;
        SchedCalls.limitCpus(this);
        noteSyscallWork();
    }

    public @Nullable Seccomp seccomp() {
        return seccomp;
    }

    /** By the task itself, or by SECCOMP_FILTER_FLAG_TSYNC under the signal lock. Every system call comes to the kernel from now on. */
    public void setSeccomp(@Nullable Seccomp filters) {
        seccomp = filters;
        noteSyscallWork();
    }

    public @Nullable Tracee tracee() {
        return tracee;
    }

    /** Caller holds {@code tasks.lock}. */
    public void setTracee(@Nullable Tracee fresh) {
        tracee = fresh;
        noteSyscallWork();
    }

    public @Nullable UserDispatch userDispatch() {
        return userDispatch;
    }

    /** By the task itself, or its tracer while it is stopped. */
    public void setUserDispatch(@Nullable UserDispatch fresh) {
        userDispatch = fresh;
        noteSyscallWork();
    }

    private void noteSyscallWork() {
        boolean traced = tracee != null;
        syscallWork = traced || seccomp != null || userDispatch != null;
        UserThread to = user;
        to.handOverAll(syscallWork || ns.time().shifts() || kernel.clock.isVirtual());
        to.setImmediateWrites(traced);
    }

    /** Is the task traced or filtered, or are its calls dispatched to itself? */
    public boolean syscallWork() {
        return syscallWork;
    }

    /** Ended, and not waited for. */
    public boolean isZombie() {
        return state == TaskState.ZOMBIE;
    }

    public FileTable files() {
        return files;
    }

    public void setFiles(FileTable fresh) {
        files = fresh;
    }

    public FsContext fs() {
        return fs;
    }

    public void setFs(FsContext fresh) {
        fs = fresh;
    }

    /** At most 15 bytes, Latin-1 (PR_SET_NAME). */
    public String comm() {
        return comm;
    }

    public void setComm(String name) {
        comm = name.length() > 15 ? name.substring(0, 15) : name;
    }

    public boolean isLeader() {
        return tid == group.tgid;
    }

    // --- signals ---

    public long blockedSignals() {
        if (maskLent && Thread.currentThread() != kernelThread) {
            takeMaskBack();
        }
        return blockedSignals;
    }

    /** As {@link #blockedSignals}, for what may as well be decided by the mask of a moment ago: a lent mask stays lent. */
    public long blockedSignalsNow() {
        synchronized (maskMonitor) {
            return maskLent ? user.maskLoan().peek(blockedSignals) : blockedSignals;
        }
    }

    /**
     * By the task itself, or its maker, before it goes back to guest code: unless signals are pending, that may change its mask without the kernel ({@link umlaut.engine.MaskLoan}).
     */
    public void lendMask() {
        if (maskLent || tracee() != null) {
            return;
        }
        group.signalLock.lock();
        try {
            if ((pending.mask() | group.shared.mask()) == 0) {
                synchronized (maskMonitor) {
                    maskLent = user.maskLoan().lend(blockedSignals);
                }
            }
        } finally {
            group.signalLock.unlock();
        }
    }

    /** From any thread, before a signal becomes pending, and before anything else changes the mask. */
    public void takeMaskBack() {
        if (maskLent) {
            synchronized (maskMonitor) {
                if (maskLent) {
                    blockedSignals = user.maskLoan().take(blockedSignals, true);
                    maskLent = false;
                }
            }
        }
    }

    /** Guest code has changed something by itself, and has come in: before anything else. */
    void learnChanges() {
        mm().changedByGuest();
        synchronized (maskMonitor) {
            blockedSignals = user.maskLoan().take(blockedSignals, !maskLent);
        }
        group.signalLock.lock();
        try {
            group.handlers().learn(user);
        } finally {
            group.signalLock.unlock();
        }
    }

    /** By the task itself. SIGKILL and SIGSTOP can't be blocked. */
    public void setBlockedSignals(long mask) {
        takeMaskBack();
        long fresh = mask & ~(PendingSignals.bit(9) | PendingSignals.bit(19));
        if (fresh == blockedSignals) {
            return;
        }
        group.signalLock.lock();
        try {
            long newlyBlocked = fresh & ~blockedSignals;
            blockedSignals = fresh;
            Signals.retarget(this, newlyBlocked);
            if (((pending.mask() | group.shared.mask()) & ~fresh) != 0) {
                workPending = true;
            }
        } finally {
            group.signalLock.unlock();
        }
    }

    /** Makes a new task start with a mask, before it runs. */
    void inheritBlockedSignals(long mask) {
        blockedSignals = mask;
    }

    /** A signal that is not blocked, or the end of the group, awaits this task: interruptible sleeps end. */
    public boolean signalPending() {
        return workPending && group.hasWorkFor(this);
    }

    public boolean workPending() {
        return workPending;
    }

    /** Before the work is looked at, so that what comes later is seen again. */
    public void clearWorkPending() {
        workPending = false;
    }

    /** From any thread: makes the task come out of its sleep or out of guest code and look at its signals and state. */
    public void kick() {
        workPending = true;
        // The task itself looks before it goes back to guest code.
        if (Thread.currentThread() != kernelThread) {
            user.interrupt();
            wakeUp();
        }
    }

    /** The task itself found something to do before it goes back to guest code. */
    public void noteWork() {
        workPending = true;
    }

    // --- sleeping ---

    public TaskState state() {
        return state;
    }

    public void setState(TaskState fresh) {
        state = fresh;
    }

    /** From here on wake-ups are remembered until the next {@link #sleep}. */
    public void prepareToSleep() {
        sleep.prepare();
    }

    /**
     * Sleeps until {@link #wakeUp()}, at once if that came since {@link #prepareToSleep()}.
     *
     * @param deadlineNs monotonic, Long.MAX_VALUE for ever
     * @return false if the deadline passed
     */
    public boolean sleep(long deadlineNs) {
        return sleep(deadlineNs, TaskState.SLEEPING);
    }

    /** As {@link #sleep(long)}, in another state for all to see. */
    public boolean sleep(long deadlineNs, TaskState as) {
        // Whom we have woken may be the one to wake us.
        completions.run();
        if (sleep.isWoken()) {
            return true;
        }
        user.sleeping();
        accounting.voluntarySwitches = accounting.voluntarySwitches + 1;
        TaskState before = state;
        state = as;
        try {
            return sleep.sleep(deadlineNs);
        } finally {
            state = before;
        }
    }

    /** From any thread. @return true if the task was not awake already */
    public boolean wakeUp() {
        return sleep.wakeUp();
    }

    /** Null before it starts and after its end. */
    public @Nullable Thread kernelThread() {
        return kernelThread;
    }

    void unpark() {
        Thread thread = kernelThread;
        if (thread != null) {
            kernel.clock.unpark(thread);
        }
    }

    /** Where in the kernel the task is, innermost first; empty once it has ended. */
    public StackTraceElement[] kernelStack() {
        Thread thread = kernelThread;
        return thread == null ? new StackTraceElement[0] : thread.getStackTrace();
    }

    /** Is the caller this task's own kernel thread? */
    boolean isCurrent() {
        return Thread.currentThread() == kernelThread;
    }

    /** Does something in another's place ({@link TaskSleep}); null: no more. */
    void actFor(@Nullable Task other) {
        actsFor = other;
    }

    /** Who asks, when this task's kernel thread calls. */
    public Task actingAs() {
        Task other = actsFor;
        return other == null ? this : other;
    }

    void bindKernelThread(@Nullable Thread thread) {
        kernelThread = thread;
        if (thread != null) {
            accounting.beginKernelThread();
        }
        kernel.setCurrent(thread == null ? null : this);
    }

    /** What restart_syscall(2) is to do, after -ERESTART_RESTARTBLOCK. */
    public @Nullable RestartBlock restartBlock() {
        return restartBlock;
    }

    public void setRestartBlock(@Nullable RestartBlock block) {
        restartBlock = block;
    }

    @Override
    public String toString() {
        return comm + "[" + tid + "]";
    }
}
