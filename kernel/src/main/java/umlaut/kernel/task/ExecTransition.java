package umlaut.kernel.task;

import umlaut.abi.Errno;
import umlaut.abi.Signal;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.cred.ExecCredentials;
import umlaut.kernel.ns.Namespaces;
import umlaut.kernel.ptrace.PtraceLinks;

/**
 * What execve(2) does to a task beside its memory (Linux: de_thread and begin_new_exec in fs/exec.c). The order of a
 * call: everything that may fail; {@link
 * #deThread}; {@link #leaveMemory} while the old address space is still the task's; the new Mm and UserThread are set;
 * {@link #complete}.
 */
public final class ExecTransition {
    private ExecTransition() {}

    /**
     * Ends all other threads of the caller's process and makes it the leader, its thread id the process's.
     *
     * @throws umlaut.abi.ErrnoException EAGAIN when another thread is at it or the process is ending
     */
    public static void deThread(Task task) {
        ThreadGroup group = task.group;
        group.signalLock.lock();
        try {
            if (group.exiting() || group.execTask() != null) {
                throw Errno.EAGAIN.exception();
            }
            group.setExecTask(task);
            group.kickAll();
        } finally {
            group.signalLock.unlock();
        }
        try {
            while (group.liveThreads() > 1) {
                task.prepareToSleep();
                if (group.exiting()) {
                    throw TaskExit.now();
                }
                if (group.liveThreads() > 1) {
                    task.sleep(Long.MAX_VALUE);
                }
            }
            if (!task.isLeader()) {
                takeOverLeader(task);
            }
        } finally {
            group.setExecTask(null);
        }
    }

    private static void takeOverLeader(Task task) {
        TaskTable tasks = task.kernel.tasks;
        ThreadGroup group = task.group;
        tasks.lock.lock();
        try {
            Task old = group.leader();
            if (old != null) {
                PtraceLinks.forget(old);
                tasks.remove(old);
            }
            tasks.remove(task);
            task.tid = group.tgid;
            task.tidInside = group.pidInside;
            tasks.add(task);
            group.setLeader(task);
        } finally {
            tasks.lock.unlock();
        }
    }

    /** The old memory is about to go: robust futexes, the clear-child-tid word, a vfork parent that waits, timers. */
    public static void leaveMemory(Task task) {
        task.kernel.processHooks.exec(task);
        Exit.releaseMemoryTies(task);
    }

    /**
     * The new program is in place: signal actions, descriptors, credentials and the rest become what execve(2) says.
     *
     * @param comm the new name, the last component of the file's path
     * @param readable the caller may read the program file: else it must not be dumped
     */
    public static void complete(Task task, ExecCredentials credentials, String comm, boolean readable) {
        ThreadGroup group = task.group;
        Credentials old = task.credentials();
        Credentials fresh = credentials.credentials();
        group.signalLock.lock();
        try {
            group.setHandlers(group.handlers().afterExec());
        } finally {
            group.signalLock.unlock();
        }
        boolean changed = fresh.euid() != old.euid() || fresh.egid() != old.egid();
        if (changed || (fresh.permitted() & ~old.permitted()) != 0) {
            task.settings.parentDeathSignal = 0;
        }
        task.mm().setDumpable(changed || credentials.secure() || !readable ? 0 : 1);
        task.setCredentials(fresh);
        task.setUserDispatch(null);
        Namespaces.enterTime(task);
        Unshare.ownFiles(task);
        task.files().closeMarked(task);
        task.signalStack.forget();
        task.setRestartBlock(null);
        task.setComm(comm);
        group.exitSignal = Signal.SIGCHLD;
        group.execed = true;
    }
}
