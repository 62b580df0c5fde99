package umlaut.kernel.futex;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Clock;
import umlaut.abi.Errno;
import umlaut.abi.FutexOps;
import umlaut.abi.Nr;
import umlaut.abi.Timespec;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskLoop;

/**
 * futex(2). Guest memory is host memory, so waiting and waking are the host's: the engine runs them without asking, and what does come here (first calls of a
 * place, restarts) is sent back to be run on return. Only priority inheritance is the kernel's own, since it needs guest thread ids, and all of it where time is virtual.
 */
public final class FutexFamily implements SyscallFamily {
    private final PiFutexes locks = new PiFutexes();
    private final KernelFutexes own = new KernelFutexes();

    @Override
    public long call(Task task, int nr, Args a) {
        if (nr != Nr.FUTEX && task.kernel.clock.isVirtual() && isMine(nr)) {
            return Errno.ENOSYS.negative();
        }
        return switch (nr) {
            case Nr.FUTEX -> futex(task, a);
            case Nr.FUTEX_WAITV -> {
                shiftTimeout(task, 3, a.l(3), a.i(4));
                yield onHost(task, nr);
            }
            case Nr.FUTEX_WAIT -> {
                shiftTimeout(task, 4, a.l(4), a.i(5));
                yield onHost(task, nr);
            }
            case Nr.FUTEX_WAKE, Nr.FUTEX_REQUEUE -> onHost(task, nr);
            default -> NOT_MINE;
        };
    }

    private static boolean isMine(int nr) {
        return nr == Nr.FUTEX_WAITV || nr == Nr.FUTEX_WAIT || nr == Nr.FUTEX_WAKE || nr == Nr.FUTEX_REQUEUE;
    }

    /** The kernel has changed a word that tasks may wait on: where the host does not know them, they are woken here. */
    public void changed(Task task, long address) {
        if (task.kernel.clock.isVirtual()) {
            own.wake(task, address, 1);
        }
    }

    private static long onHost(Task task, int nr) {
        if (task.tracee() != null) {
            return atOnce(task, nr, false);
        }
        task.user().futexOnReturn(nr);
        return TaskLoop.KEEP_REGISTERS;
    }

    private long futex(Task task, Args a) {
        long address = a.l(0);
        int operation = a.i(1);
        long timeout = a.l(3);
        int command = operation & FutexOps.FUTEX_CMD_MASK;
        boolean realtime = (operation & FutexOps.FUTEX_CLOCK_REALTIME) != 0;
        boolean isPrivate = (operation & FutexOps.FUTEX_PRIVATE_FLAG) != 0;
        boolean maybeRealtime = command == FutexOps.FUTEX_WAIT_BITSET
                || command == FutexOps.FUTEX_WAIT_REQUEUE_PI
                || command == FutexOps.FUTEX_LOCK_PI2;
        if (realtime && !maybeRealtime) {
            return Errno.ENOSYS.negative();
        }
        return switch (command) {
            case FutexOps.FUTEX_WAIT,
                    FutexOps.FUTEX_WAKE,
                    FutexOps.FUTEX_REQUEUE,
                    FutexOps.FUTEX_CMP_REQUEUE,
                    FutexOps.FUTEX_WAKE_OP,
                    FutexOps.FUTEX_WAIT_BITSET,
                    FutexOps.FUTEX_WAKE_BITSET -> {
                if (task.kernel.clock.isVirtual()) {
                    yield own.call(task, command, isPrivate, realtime, a);
                }
                if (command == FutexOps.FUTEX_WAIT_BITSET && !realtime) {
                    shiftTimeout(task, 3, timeout, Clock.CLOCK_MONOTONIC);
                }
                yield byHost(task, timeout != 0);
            }
            case FutexOps.FUTEX_LOCK_PI -> locks.lock(task, address, isPrivate, timeout, true);
            case FutexOps.FUTEX_LOCK_PI2 -> locks.lock(task, address, isPrivate, timeout, realtime);
            case FutexOps.FUTEX_TRYLOCK_PI -> locks.tryLock(task, address, isPrivate);
            case FutexOps.FUTEX_UNLOCK_PI -> locks.unlock(task, address, isPrivate);
            case FutexOps.FUTEX_WAIT_REQUEUE_PI ->
                locks.waitRequeue(task, address, a.i(2), isPrivate, timeout, realtime, a.l(4));
            case FutexOps.FUTEX_CMP_REQUEUE_PI -> {
                long moved = locks.requeue(task, address, isPrivate, a.i(2), (int) timeout, a.l(4), a.i(5));
                // The host knows whether somebody waits there who did not ask to be moved to a lock, which is EINVAL.
                yield moved == 0 ? byHost(task, false) : moved;
            }
            default -> Errno.ENOSYS.negative();
        };
    }

    /** The call as the guest made it. */
    private static long byHost(Task task, boolean timed) {
        if (task.tracee() != null) {
            return atOnce(task, Nr.FUTEX, timed);
        }
        task.user().futexOnReturn();
        return TaskLoop.KEEP_REGISTERS;
    }

    /** An absolute time of a time namespace's, for the host, whose clock has no offset. Bad ones are for the host to refuse. */
    private static void shiftTimeout(Task task, int argument, long address, int clockId) {
        if (address == 0 || task.ns().time().offsetNs(clockId) == 0) {
            return;
        }
        MemorySegment time = task.memory.struct(address, Timespec.SIZE);
        if (Timespec.isValid(time, 0)) {
            task.user().futexTimeout(argument, task.ns().time().toMachine(clockId, Timespec.toNs(time, 0)));
        }
    }

    /** For a tracer, which sees the result before the thread goes on. */
    private static long atOnce(Task task, int nr, boolean timed) {
        long result = task.user().futexNow(nr);
        if (result != Errno.EINTR.negative()) {
            return result;
        }
        return timed ? -Restart.ERESTARTNOHAND : -Restart.ERESTARTSYS;
    }

    /** Locks of priority inheritance: whose owner dies gives them to the first waiter. */
    public PiFutexes locks() {
        return locks;
    }

    /**
     * How a call goes on that the host was to do, or was doing, when an interrupt came. Those that don't wait have not been begun, and no signal ends them; with a time limit a
     * handler ends futex(2)'s wait whatever its flags, as Linux's restart block does.
     */
    public static long interruptedOnHost(int nr, int operation, boolean timed) {
        int command = operation & FutexOps.FUTEX_CMD_MASK;
        boolean futex = nr == Nr.FUTEX;
        boolean waits = futex
                ? command == FutexOps.FUTEX_WAIT || command == FutexOps.FUTEX_WAIT_BITSET
                : nr == Nr.FUTEX_WAIT || nr == Nr.FUTEX_WAITV;
        if (!waits) {
            return -Restart.ERESTARTNOINTR;
        }
        return futex && timed ? -Restart.ERESTARTNOHAND : -Restart.ERESTARTSYS;
    }
}
