package umlaut.kernel.task;

import java.util.Optional;
import java.util.function.Consumer;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Signal;
import umlaut.engine.UserThread;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.Exec;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.ns.PidNamespace;
import umlaut.kernel.signal.SignalHandlers;

/**
 * Processes that the machine starts: pid 1, and later commands beside it (Linux: kernel_init; docker run and docker
 * exec). Each leads a session of its own, and has no parent in
 * the guest: the machine waits for it.
 */
public final class Init {
    private static final int STATUS_NOT_FOUND = 127 << 8;
    private static final int STATUS_NOT_EXECUTABLE = 126 << 8;

    private Init() {}

    /**
     * Starts a process without a parent in the guest; the machine itself waits for it. In a kernel that has no task yet it is pid 1: when it ends, all do.
     *
     * @throws ErrnoException EAGAIN or ENOMEM when there is no room for one, or pid 1 is ending
     */
    public static GuestProcess spawn(Kernel kernel, ProcessSpec spec) {
        return spawn(kernel, spec, task -> Exec.loadInit(task, spec.path(), spec.args(), spec.env()));
    }

    /** @param load puts the program in place; runs on the new task's kernel thread */
    static GuestProcess spawn(Kernel kernel, ProcessSpec spec, Consumer<Task> load) {
        Mm mm = Mm.create(kernel);
        UserThread user = mm.space().newThread(null);
        Task task;
        TaskTable tasks = kernel.tasks;
        tasks.lock.lock();
        try {
            int pid = tasks.allocatePid();
            if (pid < 0) {
                mm.release();
                throw Errno.EAGAIN.exception();
            }
            PidNamespace pids = kernel.namespaces.initial().pidForChildren();
            ProcessGroup processGroup = Jobs.newSession(tasks, pid);
            ThreadGroup group = new ThreadGroup(
                    pid, new SignalHandlers(), spec.limits(), processGroup, pids, pid, kernel.cgroups.root());
            if (pid == 1) {
                pids.setInit(group);
            }
            group.unkillable = pid == 1;
            group.exitSignal = Signal.SIGCHLD;
            group.startMonotonicNs = kernel.clock.monotonicNs();
            long cpus = kernel.config.cpus() >= Long.SIZE ? -1L : (1L << kernel.config.cpus()) - 1;
            task = new Task(
                    kernel,
                    pid,
                    pid,
                    group,
                    user,
                    mm,
                    spec.credentials(),
                    spec.files(),
                    spec.fs(),
                    "init",
                    new TaskSettings(cpus),
                    kernel.namespaces.initial());
            task.accounting.startMonotonicNs = group.startMonotonicNs;
            group.setLeader(task);
            group.addThread(task);
            group.outside = new GuestProcess(group);
            Jobs.join(group, processGroup);
            tasks.add(group);
            tasks.add(task);
            kernel.users.of(task.credentials().uid()).tasks.incrementAndGet();
        } finally {
            tasks.lock.unlock();
        }
        spec.prepare().accept(task);
        GuestProcess handle = task.group.outside;
        if (handle == null) {
            throw new IllegalStateException("no handle");
        }
        kernel.threads.start(new TaskLoop(task, () -> execute(task, load, handle)));
        return handle;
    }

    private static void execute(Task task, Consumer<Task> load, GuestProcess handle) {
        try {
            load.accept(task);
            handle.started().complete(Optional.empty());
        } catch (ErrnoException e) {
            boolean missing = e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR;
            task.exitCode = missing ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
            handle.started().complete(Optional.of(e.errno()));
            throw TaskExit.now();
        } finally {
            // Broken beyond where execve(2) could still fail: the program has been killed.
            handle.started().complete(Optional.of(Errno.ENOEXEC));
        }
    }
}
