package umlaut.kernel.ptrace;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.PtraceConst;
import umlaut.abi.Signal;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;

/** ptrace(2): attaching, and how a stopped tracee goes on; {@link PtraceRequests} has what looks into it. */
public final class PtraceCalls {
    private PtraceCalls() {}

    /** @return as the system call itself does: PEEK* and PEEKUSER store what they found at {@code data} */
    public static long ptrace(Task tracer, long request, int pid, long addr, long data) {
        if (request == PtraceConst.PTRACE_TRACEME) {
            return PtraceLinks.traceMe(tracer);
        }
        Task task = tracer.findTask(pid);
        if (task == null) {
            return Errno.ESRCH.negative();
        }
        int number = (int) request;
        if (number == PtraceConst.PTRACE_ATTACH) {
            return PtraceLinks.attach(tracer, task, false, 0);
        }
        if (number == PtraceConst.PTRACE_SEIZE) {
            return seize(tracer, task, addr, data);
        }
        Tracee tracee = task.tracee();
        if (tracee == null || tracee.tracer() != tracer) {
            return Errno.ESRCH.negative();
        }
        tracee.access.lock();
        try {
            boolean anyState = number == PtraceConst.PTRACE_KILL || number == PtraceConst.PTRACE_INTERRUPT;
            if (!anyState && (!tracee.stopped() || tracee.listening) || task.isZombie() && !anyState) {
                return Errno.ESRCH.negative();
            }
            return switch (number) {
                case PtraceConst.PTRACE_KILL -> {
                    Signals.send(
                            task,
                            SigInfo.user(
                                    Signal.SIGKILL,
                                    tracer.group.tgid,
                                    tracer.credentials().uid()));
                    yield 0;
                }
                case PtraceConst.PTRACE_INTERRUPT -> interrupt(task, tracee);
                case PtraceConst.PTRACE_LISTEN -> listen(task, tracee);
                case PtraceConst.PTRACE_DETACH -> detach(task, tracee, data);
                case PtraceConst.PTRACE_CONT,
                        PtraceConst.PTRACE_SYSCALL,
                        PtraceConst.PTRACE_SYSEMU,
                        PtraceConst.PTRACE_SYSEMU_SINGLESTEP,
                        PtraceConst.PTRACE_SINGLESTEP -> resume(task, tracee, number, data);
                case PtraceConst.PTRACE_SETOPTIONS, PtraceConst.PTRACE_OLDSETOPTIONS -> {
                    long error = checkOptions(tracer, data);
                    if (error == 0) {
                        tracee.setOptions((int) data);
                    }
                    yield error;
                }
                default -> PtraceRequests.request(tracer, task, tracee, number, addr, data);
            };
        } catch (ErrnoException e) {
            return e.errno().negative();
        } finally {
            tracee.access.unlock();
        }
    }

    private static long seize(Task tracer, Task task, long addr, long options) {
        if (addr != 0 || (options & ~(long) PtraceConst.PTRACE_O_MASK) != 0) {
            return Errno.EIO.negative();
        }
        long error = checkOptions(tracer, options);
        return error != 0 ? error : PtraceLinks.attach(tracer, task, true, (int) options);
    }

    private static long checkOptions(Task tracer, long options) {
        if ((options & ~(long) PtraceConst.PTRACE_O_MASK) != 0) {
            return Errno.EINVAL.negative();
        }
        if ((options & PtraceConst.PTRACE_O_SUSPEND_SECCOMP) != 0) {
            Tracee self = tracer.tracee();
            boolean suspended = self != null && self.has(PtraceConst.PTRACE_O_SUSPEND_SECCOMP);
            if (!tracer.credentials().capable(Capability.CAP_SYS_ADMIN) || tracer.seccomp() != null || suspended) {
                return Errno.EPERM.negative();
            }
        }
        return 0;
    }

    private static boolean validSignal(long signo) {
        return Long.compareUnsigned(signo, Signal.NSIG) <= 0;
    }

    private static long resume(Task task, Tracee tracee, int how, long signo) {
        if (!validSignal(signo)) {
            return Errno.EIO.negative();
        }
        tracee.syscalls = how == PtraceConst.PTRACE_SYSCALL;
        tracee.emulate = how == PtraceConst.PTRACE_SYSEMU || how == PtraceConst.PTRACE_SYSEMU_SINGLESTEP;
        tracee.step = how == PtraceConst.PTRACE_SINGLESTEP || how == PtraceConst.PTRACE_SYSEMU_SINGLESTEP;
        return wake(task, tracee, (int) signo);
    }

    private static long wake(Task task, Tracee tracee, int signo) {
        task.group.signalLock.lock();
        try {
            tracee.wakeFromStop(task, signo);
            return 0;
        } finally {
            task.group.signalLock.unlock();
        }
    }

    private static long detach(Task task, Tracee tracee, long signo) {
        if (!validSignal(signo)) {
            return Errno.EIO.negative();
        }
        PtraceLinks.detach(task, tracee, (int) signo);
        return 0;
    }

    /** Does not disturb a stop that there is, unless that is being listened to. */
    private static long interrupt(Task task, Tracee tracee) {
        if (!tracee.seized) {
            return Errno.EIO.negative();
        }
        task.group.signalLock.lock();
        try {
            tracee.trapStop = true;
            if (tracee.stopped() && tracee.listening) {
                tracee.wakeFromStop(task, 0);
            } else if (!tracee.stopped()) {
                task.kick();
            }
            return 0;
        } finally {
            task.group.signalLock.unlock();
        }
    }

    private static long listen(Task task, Tracee tracee) {
        if (!tracee.seized || !isEventStop(tracee.info)) {
            return Errno.EIO.negative();
        }
        task.group.signalLock.lock();
        try {
            tracee.listening = true;
            if (tracee.trapNotify) {
                tracee.wakeFromStop(task, 0);
            }
            return 0;
        } finally {
            task.group.signalLock.unlock();
        }
    }

    private static boolean isEventStop(@Nullable SigInfo info) {
        return info != null && info.code() >> 8 == PtraceConst.PTRACE_EVENT_STOP;
    }
}
