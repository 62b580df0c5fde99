package umlaut.kernel.syscall;

import umlaut.abi.Nr;
import umlaut.kernel.mm.LdtCalls;
import umlaut.kernel.ptrace.PtraceCalls;
import umlaut.kernel.task.Clone;
import umlaut.kernel.task.Exit;
import umlaut.kernel.task.Jobs;
import umlaut.kernel.task.Kcmp;
import umlaut.kernel.task.KnownIds;
import umlaut.kernel.task.LimitCalls;
import umlaut.kernel.task.PidFdCalls;
import umlaut.kernel.task.PrctlCalls;
import umlaut.kernel.task.PriorityCalls;
import umlaut.kernel.task.RseqCalls;
import umlaut.kernel.task.SchedCalls;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskTies;
import umlaut.kernel.task.Unshare;
import umlaut.kernel.task.UsageCalls;
import umlaut.kernel.task.WaitCalls;

/** Life of tasks, their families, limits and scheduling. */
final class TaskFamily implements SyscallFamily {
    @Override
    public long call(Task task, int nr, Args args) {
        return switch (nr) {
            case Nr.GETPID -> KnownIds.answer(task, Nr.GETPID);
            case Nr.GETTID -> KnownIds.answer(task, Nr.GETTID);
            case Nr.GETPPID -> KnownIds.answer(task, Nr.GETPPID);
            case Nr.SCHED_YIELD -> 0;
            case Nr.CLONE -> Clone.clone(task, args.l(0), args.l(1), args.l(2), args.l(3), args.l(4));
            case Nr.CLONE3 -> Clone.clone3(task, args.l(0), args.l(1));
            case Nr.FORK -> Clone.fork(task);
            case Nr.VFORK -> Clone.vfork(task);
            case Nr.EXIT -> Exit.exit(task, args.i(0));
            case Nr.EXIT_GROUP -> Exit.exitGroup(task, args.i(0));
            case Nr.WAIT4 -> WaitCalls.wait4(task, args.i(0), args.l(1), args.i(2), args.l(3));
            case Nr.WAITID -> WaitCalls.waitid(task, args.i(0), args.i(1), args.l(2), args.i(3), args.l(4));
            case Nr.SETSID -> Jobs.setsid(task);
            case Nr.GETSID -> Jobs.getsid(task, args.i(0));
            case Nr.SETPGID -> Jobs.setpgid(task, args.i(0), args.i(1));
            case Nr.GETPGID -> Jobs.getpgid(task, args.i(0));
            case Nr.GETPGRP -> task.pidSeen(task.group.processGroup.pgid);
            case Nr.SET_TID_ADDRESS -> TaskTies.setTidAddress(task, args.l(0));
            case Nr.SET_ROBUST_LIST -> TaskTies.setRobustList(task, args.l(0), args.l(1));
            case Nr.GET_ROBUST_LIST -> TaskTies.getRobustList(task, args.i(0), args.l(1), args.l(2));
            case Nr.PIDFD_OPEN -> PidFdCalls.open(task, args.i(0), args.i(1));
            case Nr.PIDFD_SEND_SIGNAL -> PidFdCalls.sendSignal(task, args.fd(0), args.i(1), args.l(2), args.i(3));
            case Nr.PIDFD_GETFD -> PidFdCalls.getFd(task, args.fd(0), args.fd(1), args.i(2));
            case Nr.PRCTL -> PrctlCalls.prctl(task, args.i(0), args.l(1), args.l(2), args.l(3), args.l(4));
            case Nr.ARCH_PRCTL -> PrctlCalls.archPrctl(task, args.i(0), args.l(1));
            case Nr.GETRLIMIT -> LimitCalls.getrlimit(task, args.i(0), args.l(1));
            case Nr.SETRLIMIT -> LimitCalls.setrlimit(task, args.i(0), args.l(1));
            case Nr.PRLIMIT64 -> LimitCalls.prlimit(task, args.i(0), args.i(1), args.l(2), args.l(3));
            case Nr.GETRUSAGE -> UsageCalls.getrusage(task, args.i(0), args.l(1));
            case Nr.TIMES -> UsageCalls.times(task, args.l(0));
            case Nr.UNSHARE -> Unshare.unshare(task, args.l(0));
            case Nr.SETNS -> Unshare.setns(task, args.fd(0), args.i(1));
            case Nr.PTRACE -> PtraceCalls.ptrace(task, args.l(0), args.i(1), args.l(2), args.l(3));
            case Nr.MODIFY_LDT -> LdtCalls.modify(task, args.i(0), args.l(1), args.l(2));
            case Nr.KCMP -> Kcmp.kcmp(task, args.i(0), args.i(1), args.i(2), args.i(3), args.l(4));
            default -> scheduling(task, nr, args);
        };
    }

    private static long scheduling(Task task, int nr, Args args) {
        return switch (nr) {
            case Nr.GETPRIORITY -> PriorityCalls.getPriority(task, args.i(0), args.i(1));
            case Nr.SETPRIORITY -> PriorityCalls.setPriority(task, args.i(0), args.i(1), args.i(2));
            case Nr.IOPRIO_GET -> PriorityCalls.getIo(task, args.i(0), args.i(1));
            case Nr.IOPRIO_SET -> PriorityCalls.setIo(task, args.i(0), args.i(1), args.i(2));
            case Nr.SCHED_SETSCHEDULER -> SchedCalls.setScheduler(task, args.i(0), args.i(1), args.l(2));
            case Nr.SCHED_GETSCHEDULER -> SchedCalls.getScheduler(task, args.i(0));
            case Nr.SCHED_SETPARAM -> SchedCalls.setParam(task, args.i(0), args.l(1));
            case Nr.SCHED_GETPARAM -> SchedCalls.getParam(task, args.i(0), args.l(1));
            case Nr.SCHED_GET_PRIORITY_MAX -> SchedCalls.priorityMax(args.i(0));
            case Nr.SCHED_GET_PRIORITY_MIN -> SchedCalls.priorityMin(args.i(0));
            case Nr.SCHED_RR_GET_INTERVAL -> SchedCalls.rrInterval(task, args.i(0), args.l(1));
            case Nr.SCHED_SETATTR -> SchedCalls.setAttr(task, args.i(0), args.l(1), args.i(2));
            case Nr.SCHED_GETATTR -> SchedCalls.getAttr(task, args.i(0), args.l(1), args.i(2), args.i(3));
            case Nr.SCHED_SETAFFINITY -> SchedCalls.setAffinity(task, args.i(0), args.i(1), args.l(2));
            case Nr.SCHED_GETAFFINITY -> SchedCalls.getAffinity(task, args.i(0), args.i(1), args.l(2));
            case Nr.GETCPU -> SchedCalls.getcpu(task, args.l(0), args.l(1));
            case Nr.MEMBARRIER -> task.mm().space().membarrier(args.i(0), args.i(1), args.i(2));
            case Nr.RSEQ -> RseqCalls.rseq(task, args.l(0), args.i(1), args.i(2), args.i(3));
            default -> NOT_MINE;
        };
    }
}
