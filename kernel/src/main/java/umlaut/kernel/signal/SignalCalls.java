package umlaut.kernel.signal;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.SigConst;
import umlaut.abi.Sigaction;
import umlaut.abi.Siginfo;
import umlaut.abi.Signal;
import umlaut.abi.StackT;
import umlaut.abi.Timespec;
import umlaut.engine.Reg;
import umlaut.kernel.task.RestartBlock;
import umlaut.kernel.task.SignalStack;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskLoop;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.wait.Blocking;

/**
 * Receiving: rt_sigaction(2), rt_sigprocmask(2), rt_sigpending(2), rt_sigsuspend(2), rt_sigtimedwait(2),
 * sigaltstack(2), pause(2), rt_sigreturn(2).
 */
public final class SignalCalls {
    private static final long UNBLOCKABLE = Signal.bit(Signal.SIGKILL) | Signal.bit(Signal.SIGSTOP);
    private static final long KNOWN_FLAGS = SigConst.SA_NOCLDSTOP
            | SigConst.SA_NOCLDWAIT
            | SigConst.SA_SIGINFO
            | SigConst.SA_EXPOSE_TAGBITS
            | SigConst.SA_RESTORER
            | SigConst.SA_ONSTACK
            | SigConst.SA_RESTART
            | SigConst.SA_NODEFER
            | SigConst.SA_RESETHAND & 0xffff_ffffL;
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private SignalCalls() {}

    public static long sigaction(Task task, int signo, long act, long oldAct, long setSize) {
        if (setSize != SigConst.SIGSET_SIZE) {
            return Errno.EINVAL.negative();
        }
        SigAction fresh = act == 0 ? null : readAction(task, act);
        if (!Signal.isValid(signo) || fresh != null && (UNBLOCKABLE & Signal.bit(signo)) != 0) {
            return Errno.EINVAL.negative();
        }
        ThreadGroup group = task.group;
        SigAction old;
        group.signalLock.lock();
        try {
            old = group.handlers().get(signo);
            if (fresh != null) {
                group.handlers().set(signo, fresh);
                if (fresh.ignores(signo)) {
                    group.shared.flush(Signal.bit(signo));
                    for (Task t : group.threadsLocked()) {
                        t.pending.flush(Signal.bit(signo));
                    }
                }
            }
        } finally {
            group.signalLock.unlock();
        }
        if (fresh == null && !task.kernel.tracer.enabled()) {
            group.handlers().tell(task.user());
        }
        if (oldAct != 0) {
            MemorySegment out = task.memory.build(Sigaction.SIZE);
            Le.putLong(out, Sigaction.SA_HANDLER, old.handler());
            Le.putLong(out, Sigaction.SA_FLAGS, old.flags());
            Le.putLong(out, Sigaction.SA_RESTORER, old.restorer());
            Le.putLong(out, Sigaction.SA_MASK, old.mask());
            task.memory.write(oldAct, out);
        }
        return 0;
    }

    private static SigAction readAction(Task task, long address) {
        MemorySegment in = task.memory.struct(address, Sigaction.SIZE);
        return new SigAction(
                Le.getLong(in, Sigaction.SA_HANDLER),
                Le.getLong(in, Sigaction.SA_FLAGS) & KNOWN_FLAGS,
                Le.getLong(in, Sigaction.SA_RESTORER),
                Le.getLong(in, Sigaction.SA_MASK) & ~UNBLOCKABLE);
    }

    public static long sigprocmask(Task task, int how, long set, long oldSet, long setSize) {
        if (setSize != SigConst.SIGSET_SIZE) {
            return Errno.EINVAL.negative();
        }
        long old = task.blockedSignals();
        if (set != 0) {
            long given = task.memory.getLong(set);
            switch (how) {
                case SigConst.SIG_BLOCK -> task.setBlockedSignals(old | given);
                case SigConst.SIG_UNBLOCK -> task.setBlockedSignals(old & ~given);
                case SigConst.SIG_SETMASK -> task.setBlockedSignals(given);
                default -> {
                    return Errno.EINVAL.negative();
                }
            }
        }
        if (oldSet != 0) {
            task.memory.putLong(oldSet, old);
        }
        task.lendMask();
        return 0;
    }

    public static long sigpending(Task task, long set, long setSize) {
        if (Long.compareUnsigned(setSize, SigConst.SIGSET_SIZE) > 0) {
            return Errno.EINVAL.negative();
        }
        MemorySegment out = task.memory.build(SigConst.SIGSET_SIZE);
        Le.putLong(out, 0, Signals.pending(task) & task.blockedSignals());
        task.memory.write(set, out, 0, setSize);
        return 0;
    }

    public static long pause(Task task) {
        Blocking.sleepUntil(task, Blocking.FOREVER);
        return -Restart.ERESTARTNOHAND;
    }

    public static long sigsuspend(Task task, long set, long setSize) {
        if (setSize != SigConst.SIGSET_SIZE) {
            return Errno.EINVAL.negative();
        }
        useMask(task, task.memory.getLong(set));
        return pause(task);
    }

    /**
     * The mask of a call that waits with another signal mask (sigsuspend, ppoll, pselect6, epoll_pwait): the old one
     * comes back when the call is over and a handler's frame has
     * been set up.
     */
    public static void useMask(Task task, long mask) {
        task.savedSignalMask = task.blockedSignals();
        task.setBlockedSignals(mask);
        task.noteWork();
    }

    public static long sigtimedwait(Task task, long set, long info, long timeout, long setSize) {
        if (setSize != SigConst.SIGSET_SIZE) {
            return Errno.EINVAL.negative();
        }
        long wanted = task.memory.getLong(set) & ~UNBLOCKABLE;
        long deadlineNs = Blocking.FOREVER;
        if (timeout != 0) {
            MemorySegment in = task.memory.struct(timeout, Timespec.SIZE);
            long seconds = Le.getLong(in, Timespec.TV_SEC);
            long ns = Le.getLong(in, Timespec.TV_NSEC);
            if (seconds < 0 || ns < 0 || ns >= NS_PER_SECOND) {
                return Errno.EINVAL.negative();
            }
            deadlineNs = deadline(task, seconds, ns);
        }
        SigInfo found = Signals.dequeue(task, wanted);
        long otherwise = Errno.EAGAIN.negative();
        if (found == null && (timeout == 0 || deadlineNs > task.kernel.clock.monotonicNs())) {
            boolean inTime = awaitAny(task, wanted, deadlineNs);
            otherwise = inTime ? Errno.EINTR.negative() : otherwise;
            found = Signals.dequeue(task, wanted);
        }
        if (found == null) {
            return otherwise;
        }
        if (info != 0) {
            MemorySegment out = task.memory.build(Siginfo.SIZE);
            SigInfoLayout.write(out, 0, found);
            task.memory.write(info, out);
        }
        return found.signo();
    }

    private static long deadline(Task task, long seconds, long ns) {
        long most = Long.MAX_VALUE / NS_PER_SECOND / 2;
        return seconds >= most ? Blocking.FOREVER : task.kernel.clock.monotonicNs() + seconds * NS_PER_SECOND + ns;
    }

    /** Waits with {@code wanted} unblocked, so that senders choose this thread. @return false after the deadline */
    private static boolean awaitAny(Task task, long wanted, long deadlineNs) {
        long before = task.blockedSignals();
        task.realBlocked = before;
        task.setBlockedSignals(before & ~wanted);
        task.noteWork();
        try {
            return Blocking.sleepUntil(task, deadlineNs) != 0;
        } finally {
            task.setBlockedSignals(before);
            task.realBlocked = 0;
        }
    }

    public static long sigaltstack(Task task, long fresh, long old) {
        SignalStack stack = task.signalStack;
        long sp = task.user().reg(Reg.RSP);
        long oldBase = stack.base;
        long oldSize = stack.size;
        int oldState = stack.state(sp);
        if (fresh != 0) {
            MemorySegment in = task.memory.struct(fresh, StackT.SIZE);
            Errno error = stack.set(
                    Le.getLong(in, StackT.SS_SP), Le.getLong(in, StackT.SS_SIZE), Le.getInt(in, StackT.SS_FLAGS), sp);
            if (error != null) {
                return error.negative();
            }
            task.user().maskLoan().forgetFrame();
        }
        if (old != 0) {
            MemorySegment out = task.memory.build(StackT.SIZE);
            Le.putLong(out, StackT.SS_SP, oldBase);
            Le.putInt(out, StackT.SS_FLAGS, oldState);
            Le.putLong(out, StackT.SS_SIZE, oldSize);
            task.memory.write(old, out);
        }
        return 0;
    }

    public static long sigreturn(Task task) {
        task.origRax = -1;
        if (!SignalFrame.pop(task)) {
            SignalDelivery.badFrame(task, 0);
        }
        return TaskLoop.KEEP_REGISTERS;
    }

    /** restart_syscall(2): goes on with what a signal without a handler interrupted. */
    public static long restart(Task task) {
        RestartBlock block = task.restartBlock();
        if (block == null) {
            return Errno.EINTR.negative();
        }
        task.setRestartBlock(null);
        return block.restart(task);
    }
}
