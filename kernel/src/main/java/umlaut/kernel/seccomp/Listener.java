package umlaut.kernel.seccomp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Poll;
import umlaut.engine.Reg;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskLoop;
import umlaut.kernel.task.TaskState;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.WaitQueue;

/**
 * Who answers system calls that a filter gives SECCOMP_RET_USER_NOTIF (seccomp_unotify(2); Linux: struct notification in kernel/seccomp.c): the calls that wait, each until the supervisor, through {@link
 * ListenerFile}, has answered.
 */
final class Listener {
    private static final int[] ARGUMENTS = {Reg.RDI, Reg.RSI, Reg.RDX, Reg.R10, Reg.R8, Reg.R9};

    /** How far a call has come. */
    enum State {
        INIT,
        SENT,
        REPLIED
    }

    /** One waiting call. All is guarded by the listener's monitor but what never changes. */
    static final class Call {
        final long id;
        final Task task;
        final int nr;
        final long ip;
        final long[] arguments = new long[ARGUMENTS.length];
        volatile State state = State.INIT;
        long value;
        int error;
        boolean goOn;

        Call(long id, Task task, int nr) {
            this.id = id;
            this.task = task;
            this.nr = nr;
            ip = task.user().reg(Reg.RIP);
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = task.user().reg(ARGUMENTS[i]);
            }
        }
    }

    /** SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: once received, only a fatal signal ends the wait. */
    private final boolean killableOnceReceived;

    final WaitQueue changes = new WaitQueue();

    @GuardedBy("this") private final List<Call> calls = new ArrayList<>();

    @GuardedBy("this") private long nextId = System.nanoTime();

    private volatile boolean closed;

    Listener(boolean killableOnceReceived) {
        this.killableOnceReceived = killableOnceReceived;
    }

    /** By the task that makes the call. @return the call's result, or {@link Seccomp#PASS} to do it after all */
    long ask(Task task, int nr) {
        Call call;
        synchronized (this) {
            if (closed) {
                return Errno.ENOSYS.negative();
            }
            call = new Call(nextId++, task, nr);
            calls.add(call);
        }
        changes.wakeAll(Poll.POLLIN | Poll.POLLRDNORM);
        boolean interrupted = !awaitReply(task, call);
        synchronized (this) {
            calls.remove(call);
            if (call.state != State.REPLIED) {
                return interrupted ? -Restart.ERESTARTSYS : Errno.ENOSYS.negative();
            }
            if (call.goOn) {
                return Seccomp.PASS;
            }
            if (Restart.isRestart(call.error) && !task.signalPending()) {
                // Linux begins a call anew only on the way to a signal's handler: without one, the program sees the
                // number.
                task.user().setReg(Reg.RAX, call.error);
                return TaskLoop.KEEP_REGISTERS;
            }
            return call.error != 0 ? call.error : call.value;
        }
    }

    /** @return false if a signal came first */
    private boolean awaitReply(Task task, Call call) {
        while (true) {
            task.prepareToSleep();
            if (call.state == State.REPLIED || closed) {
                return true;
            }
            boolean killable = killableOnceReceived && call.state == State.SENT;
            if (killable ? task.group.mustExit(task) : task.signalPending()) {
                return false;
            }
            task.sleep(Long.MAX_VALUE, killable ? TaskState.UNINTERRUPTIBLE : TaskState.SLEEPING);
        }
    }

    /** The next call that the supervisor has not seen. @return null if there is none */
    synchronized @Nullable Call receive() {
        for (Call call : calls) {
            if (call.state == State.INIT) {
                call.state = State.SENT;
                changes.wakeAll(Poll.POLLOUT | Poll.POLLWRNORM);
                call.task.wakeUp();
                return call;
            }
        }
        return null;
    }

    /** A received call that could not be handed on. */
    synchronized void giveBack(Call call) {
        if (call.state == State.SENT) {
            call.state = State.INIT;
        }
    }

    /** @return the waiting call, or null */
    synchronized @Nullable Call find(long id) {
        for (Call call : calls) {
            if (call.id == id) {
                return call;
            }
        }
        return null;
    }

    /** @return 0, -ENOENT or -EINPROGRESS */
    synchronized long reply(long id, long value, int error, boolean goOn) {
        Call call = find(id);
        if (call == null) {
            return Errno.ENOENT.negative();
        }
        if (call.state != State.SENT) {
            return Errno.EINPROGRESS.negative();
        }
        call.value = value;
        call.error = error;
        call.goOn = goOn;
        call.state = State.REPLIED;
        call.task.wakeUp();
        return 0;
    }

    /** EPOLLIN: a call to receive; EPOLLOUT: one to answer. */
    synchronized int poll() {
        int events = 0;
        for (Call call : calls) {
            if (call.state == State.INIT) {
                events |= Poll.POLLIN | Poll.POLLRDNORM;
            } else if (call.state == State.SENT) {
                events |= Poll.POLLOUT | Poll.POLLWRNORM;
            }
        }
        return events;
    }

    /** The supervisor has closed its descriptor: what waits is not implemented. */
    synchronized void close() {
        closed = true;
        calls.forEach(call -> call.task.wakeUp());
    }

    /** What a blocked receive tries. */
    BlockingOp receiver(Call[] out) {
        return () -> {
            out[0] = receive();
            return out[0] == null ? BlockingOp.WOULD_BLOCK : 0;
        };
    }
}
