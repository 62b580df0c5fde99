package umlaut.kernel.task;

import java.lang.invoke.VarHandle;
import umlaut.abi.Nr;
import umlaut.engine.UserThread;

/**
 * getpid(2), gettid(2), getppid(2), getuid(2) and their like: once answered, the engine may answer them in the guest thread itself until the task says that
 * something has changed ({@link UserThread#handOverAll} is for tasks whose calls somebody watches).
 *
 * <p>Whoever changes what these calls tell does so first, and then calls {@link Task#forgetIds()}. A thread that has just kept the old
 * answer sees the count changed and forgets it.
 */
public final class KnownIds {
    private KnownIds() {}

    /** The answer to one of these calls. */
    public static long answer(Task task, int nr) {
        int before = task.idChanges();
        long value = value(task, nr);
        if (!task.kernel.tracer.enabled()) {
            task.user().keepResult(nr, value);
            VarHandle.fullFence();
            if (task.idChanges() != before) {
                task.user().forgetResults();
            }
        }
        return value;
    }

    /** What threads ask for when they begin, for one whose calls nobody watches. */
    static void begin(UserThread user, int tid) {
        user.keepResult(Nr.GETTID, tid);
        user.keepResult(Nr.SET_TID_ADDRESS, tid);
        user.keepResult(Nr.SET_ROBUST_LIST, 0);
    }

    /** The same for a task that begins another program. */
    public static void begin(Task task) {
        int before = task.idChanges();
        if (!task.kernel.tracer.enabled()) {
            task.group.limits.tell(task.user());
            if (RseqCalls.isOffered(task.kernel)) {
                task.user().own().allowRseq();
            }
            begin(task.user(), task.tidInside);
            VarHandle.fullFence();
            if (task.idChanges() != before) {
                task.user().forgetResults();
            }
        }
    }

    private static long value(Task task, int nr) {
        return switch (nr) {
            case Nr.GETPID -> task.group.pidInside;
            case Nr.GETTID -> task.tidInside;
            case Nr.GETPPID -> Jobs.getppid(task);
            case Nr.GETUID ->
                task.credentials().userNs().showUid(task.credentials().uid()) & 0xffff_ffffL;
            case Nr.GETEUID ->
                task.credentials().userNs().showUid(task.credentials().euid()) & 0xffff_ffffL;
            case Nr.GETGID ->
                task.credentials().userNs().showGid(task.credentials().gid()) & 0xffff_ffffL;
            case Nr.GETEGID ->
                task.credentials().userNs().showGid(task.credentials().egid()) & 0xffff_ffffL;
            default -> throw new IllegalArgumentException("system call " + nr);
        };
    }
}
