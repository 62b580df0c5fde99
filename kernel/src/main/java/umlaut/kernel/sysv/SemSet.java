package umlaut.kernel.sysv;

import umlaut.kernel.task.Task;
import umlaut.kernel.wait.WaitQueue;

/** A semaphore set (semget(2); Linux: struct sem_array). Guarded by its monitor. */
final class SemSet extends IpcObject {
    final int[] values;
    /** Process that last operated on each. */
    final int[] pids;
    /** Tasks that wait for each to grow, and to become zero. */
    final int[] waitingForMore;

    final int[] waitingForZero;
    final WaitQueue changed = new WaitQueue();
    long operationTime;

    SemSet(Task task, int key, int mode, int count) {
        super(task, key, mode);
        values = new int[count];
        pids = new int[count];
        waitingForMore = new int[count];
        waitingForZero = new int[count];
    }
}
