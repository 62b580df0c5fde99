package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import umlaut.abi.PtraceConst;
import umlaut.abi.Signal;
import umlaut.engine.AddressSpace;
import umlaut.engine.ThreadTies;
import umlaut.kernel.coredump.CoreState;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.ptrace.PtraceStop;
import umlaut.kernel.seccomp.Seccomp;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.tty.TtyJobControl;

/**
 * The end of a task (exit(2), exit_group(2); Linux: do_exit in kernel/exit.c). The guest's memory goes first, then files, then the family is told: whoever has
 * waited for a process finds nothing left of it. Its host process, which runs no more, goes last.
 */
public final class Exit {
    private Exit() {}

    /** exit(2): this thread only. Does not return. */
    public static long exit(Task task, int code) {
        task.exitCode = (code & 0xff) << 8;
        throw TaskExit.now();
    }

    /** exit_group(2): all threads. Does not return. */
    public static long exitGroup(Task task, int code) {
        Signals.kill(task.group, (code & 0xff) << 8);
        throw TaskExit.now();
    }

    /**
     * The task dies as of a signal, whatever it does about that. Does not return.
     *
     * @param whole the process with it; else only if it has no other thread
     */
    public static long killedBy(Task task, int signo, boolean whole) {
        if (whole || task.group.liveThreads() == 1) {
            Signals.kill(task.group, signo);
        } else {
            task.exitCode = signo;
        }
        throw TaskExit.now();
    }

    /**
     * Lets go of all the task has, tells its parent, and ends its guest thread. Runs on the task's kernel thread, last
     * of all.
     */
    static void finish(Task task) {
        ThreadGroup group = task.group;
        if (task.tracee() != null) {
            PtraceStop.event(task, PtraceConst.PTRACE_EVENT_EXIT, group.exiting() ? group.exitStatus() : task.exitCode);
        }
        CoreState dump = group.coreState();
        if (dump != null) {
            dump.await(task);
        }
        boolean last = leaveGroup(task);
        Seccomp.taskExits(task);
        if (task.kernel.tracer.enabled() && last) {
            task.kernel.tracer.event(task, "+++ " + describe(group.exitStatus()) + " +++");
        }
        task.kernel.processHooks.exit(task, last);
        releaseMemoryTies(task);
        CpuTimes.atExit(task);
        Mm mm = task.mmOrNull();
        if (last) {
            task.kernel.cgroups.exits(group);
            task.kernel.accounting.processEnds(task, mm);
        }
        group.handlers().leave(task.user());
        group.limits.leave(task.user());
        task.files().forgetKnown(task.user());
        task.user().close();
        task.setMm(null);
        AddressSpace unused = null;
        if (mm != null) {
            if (mm.users() == 1) {
                group.deadThreads.addEnding(mm.space());
            }
            mm.ordersDone(task);
            unused = mm.leave();
        }
        try {
            leaveAll(task, last);
        } finally {
            if (unused != null) {
                unused.close(); // takes the host a while, in which the parent may go on
            }
        }
    }

    /** All but its memory. */
    private static void leaveAll(Task task, boolean last) {
        ThreadGroup group = task.group;
        task.files().leave(task);
        task.kernel.vfs.mounts().left(task.fs().namespace());
        if (group.tracing != 0) {
            ExitNotify.leaveTracees(task);
        }
        if (last) {
            if (group.session().sid == group.tgid) {
                TtyJobControl.disassociate(task);
            }
            if (group.isInit()) {
                InitEnd.endAllOthers(task);
            }
        }
        ExitNotify.run(task, last);
    }

    private static String describe(int status) {
        return (status & 0x7f) == 0 ? "exited with " + (status >> 8) : "killed by " + Signal.name(status & 0x7f);
    }

    /** @return true for the last thread of its process */
    private static boolean leaveGroup(Task task) {
        ThreadGroup group = task.group;
        boolean stopped = false;
        boolean last;
        group.signalLock.lock();
        try {
            task.exited = true;
            last = group.threadExits() == 0;
            if (last) {
                group.beginExit(task.exitCode);
            } else {
                Signals.retarget(task, ~task.blockedSignals());
                stopped = JobControl.checkComplete(group);
            }
        } finally {
            group.signalLock.unlock();
        }
        if (stopped) {
            JobControl.notifyStopped(group);
        }
        return last;
    }

    /**
     * What ties a task to memory it is about to leave (Linux: mm_release): robust futexes, the clear-child-tid word, a
     * waiting vfork parent.
     */
    static void releaseMemoryTies(Task task) {
        Mm mm = task.mmOrNull();
        if (mm != null) {
            ThreadTies ties = task.user().ties();
            long robustList = ties.robustList();
            long clearChildTid = ties.clearChildTid();
            ties.setRobustList(0);
            ties.setClearChildTid(0);
            if (robustList != 0) {
                RobustList.release(task, mm.space(), robustList);
            }
            task.kernel.futexes.locks().ownerDied(task);
            if (clearChildTid != 0 && mm.users() > 1) {
                clearAndWake(task, mm, clearChildTid);
            }
        }
        VforkDone done = task.vforkDone;
        if (done != null) {
            task.vforkDone = null;
            done.complete();
        }
    }

    /** The word that pthread_join(3) waits on. */
    private static void clearAndWake(Task task, Mm mm, long address) {
        if (task.kernel.clock.isVirtual() || !task.user().clearAndWake(address)) {
            MemorySegment zero = task.memory.build(4);
            mm.space().write(address, zero, 0, 4);
            mm.space().futexWake(address, 1, true);
            task.kernel.futexes.changed(task, address);
        }
    }
}
