package umlaut.kernel.task;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import umlaut.abi.ErrnoException;
import umlaut.kernel.wait.BlockingOp;

/**
 * A task's sleep and how it ends (Linux: try_to_wake_up). Besides being woken, a task that sleeps for the sake of one operation alone may have that done in its
 * place: the waker, when its own system call is through, tries the operation and, if it gives a result, answers the sleeper's system call. The sleeper's kernel
 * thread then sleeps on until its guest thread comes back, so that a message from one program to another costs two wake-ups instead of four.
 *
 * <p>{@link #phase} goes AWAKE to WOKEN by a wake-up before or without a doze; AWAKE to DOZING by the task; DOZING to WOKEN by a wake-up, or to CLAIMED by a
 * waker. While CLAIMED the claimer acts as the task: it alone may use its memory and its operation. It ends that with ANSWERED (by way of ANSWERING; guest code runs again), DONE
 * (there is a result, the task is to return it itself), WOKEN, or DOZING. A wake-up meanwhile makes CLAIMED into CLAIMED_WOKEN: the claimer must look again.
 */
public final class TaskSleep {
    private static final int AWAKE = 0,
            WOKEN = 1,
            DOZING = 2,
            CLAIMED = 3,
            CLAIMED_WOKEN = 4,
            DONE = 5,
            ANSWERED = 6,
            ANSWERING = 7;
    /** There is no result of somebody else's making. */
    public static final long NONE = Long.MIN_VALUE + 4;

    private static final VarHandle PHASE;

    static {
        try {
            PHASE = MethodHandles.lookup().findVarHandle(TaskSleep.class, "phase", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Task task;
    private volatile int phase = WOKEN;
    /** What the task sleeps for, if others may do it; set while it is awake, read by claimers. */
    private @Nullable BlockingOp operation;
    /** Written by the claimer before DONE. */
    private long result;

    TaskSleep(Task task) {
        this.task = task;
    }

    // --- the task itself ---

    /** Lets wakers do {@code op}, whose result is the system call's, in the task's place; null: no more. */
    public void offer(@Nullable BlockingOp op) {
        operation = op != null
                        && !task.kernel.clock.isVirtual()
                        && task.user().canBeAnswered()
                        && !task.kernel.tracer.enabled()
                        && task.tracee() == null
                ? op
                : null;
    }

    /** From here on wake-ups are remembered. */
    void prepare() {
        phase = AWAKE;
    }

    /** @return the result that a waker has got, {@link TaskLoop#ANSWERED} if it has also answered, or {@link #NONE} */
    public long takeResult() {
        return switch (phase) {
            case DONE -> result;
            case ANSWERED -> TaskLoop.ANSWERED;
            default -> NONE;
        };
    }

    boolean isWoken() {
        return phase == WOKEN;
    }

    /** @return false if the deadline (monotonic ns) passed first */
    boolean sleep(long deadlineNs) {
        return operation != null ? doze(deadlineNs) : park(deadlineNs);
    }

    private boolean park(long deadlineNs) {
        while (phase != WOKEN) {
            if (deadlineNs != Long.MAX_VALUE && deadlineNs <= task.kernel.clock.monotonicNs()) {
                return false;
            }
            task.kernel.clock.park(this, deadlineNs);
        }
        return true;
    }

    private boolean doze(long deadlineNs) {
        if (!PHASE.compareAndSet(this, AWAKE, DOZING)) {
            return true;
        }
        while (true) {
            switch (phase) {
                case DOZING -> {
                    if (deadlineNs != Long.MAX_VALUE && deadlineNs <= task.kernel.clock.monotonicNs()) {
                        if (PHASE.compareAndSet(this, DOZING, AWAKE)) {
                            return false;
                        }
                    } else {
                        task.user().doze(deadlineNs);
                    }
                }
                // The claimer is quick: it does one try of an operation that does not block.
                case CLAIMED, CLAIMED_WOKEN, ANSWERING -> Thread.yield();
                default -> {
                    return true;
                }
            }
        }
    }

    // --- others ---

    /** From any thread. @return true if the task was not awake already */
    boolean wakeUp() {
        while (true) {
            int now = phase;
            switch (now) {
                case AWAKE -> {
                    if (PHASE.compareAndSet(this, AWAKE, WOKEN)) {
                        task.unpark();
                        return true;
                    }
                }
                case DOZING -> {
                    if (PHASE.compareAndSet(this, DOZING, WOKEN)) {
                        task.user().nudge();
                        return true;
                    }
                }
                case CLAIMED -> {
                    if (PHASE.compareAndSet(this, CLAIMED, CLAIMED_WOKEN)) {
                        return false;
                    }
                }
                default -> {
                    return false;
                }
            }
        }
    }

    /** By a waker that will call {@link #complete} soon. @return false if the task is not asleep for an operation on offer */
    boolean claim() {
        return phase == DOZING && PHASE.compareAndSet(this, DOZING, CLAIMED);
    }

    /** Acts for the task at once. @return false if it is not asleep for an operation on offer */
    boolean act() {
        boolean claimed = claim();
        if (claimed) {
            complete();
        }
        return claimed;
    }

    /** By the claimer, holding no locks: does the operation and answers, or wakes the task to go on itself. */
    void complete() {
        BlockingOp op = operation;
        while (true) {
            long got = op == null ? BlockingOp.WOULD_BLOCK : attempt(op);
            if (got != BlockingOp.WOULD_BLOCK && got != NONE) {
                finish(got);
                return;
            }
            if (got == BlockingOp.WOULD_BLOCK && PHASE.compareAndSet(this, CLAIMED, DOZING)) {
                return;
            }
            if (got == NONE || task.workPending() || op == null) {
                phase = WOKEN;
                task.user().nudge();
                return;
            }
            // Woken once more meanwhile: there may be something now.
            PHASE.compareAndSet(this, CLAIMED_WOKEN, CLAIMED);
        }
    }

    /** @return {@link #NONE} if it failed in a way that is the task's own to report */
    private long attempt(BlockingOp op) {
        Task claimer = task.kernel.onThread();
        if (claimer != null) {
            claimer.actFor(task);
        }
        try {
            return op.attempt();
        } catch (ErrnoException e) {
            return e.errno().negative();
        } catch (RuntimeException e) {
            return NONE;
        } finally {
            if (claimer != null) {
                claimer.actFor(null);
            }
        }
    }

    private void finish(long got) {
        result = got;
        if (!task.workPending()) {
            task.setState(TaskState.RUNNING);
            phase = ANSWERING;
            if (task.user().answer(got)) {
                phase = ANSWERED;
                task.kernel.answered.note();
                return;
            }
        }
        phase = DONE;
        task.user().nudge();
    }

    /** The call was answered, and the task's own thread has not yet noticed. */
    boolean isAnswered() {
        return phase == ANSWERED;
    }
}
