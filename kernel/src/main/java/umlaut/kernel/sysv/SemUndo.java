package umlaut.kernel.sysv;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import umlaut.abi.IpcConst;
import umlaut.kernel.task.ProcessHooks;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/** What SEM_UNDO has each process take back when it ends (Linux: struct sem_undo). Its monitor comes after a set's. */
final class SemUndo implements ProcessHooks.Hook {
    private final Map<ThreadGroup, Map<SemSet, int[]>> adjustments = new HashMap<>();

    /** @return the process's adjustments for a set, to be changed under the set's monitor */
    synchronized int[] of(Task task, SemSet set) {
        task.group.semaphoreUndo = true;
        return adjustments
                .computeIfAbsent(task.group, g -> new HashMap<>())
                .computeIfAbsent(set, s -> new int[s.values.length]);
    }

    /** SETVAL and SETALL forget what was to be taken back; {@code number} -1: all semaphores of the set. */
    synchronized void forget(SemSet set, int number) {
        for (Map<SemSet, int[]> sets : adjustments.values()) {
            int[] adjustment = sets.get(set);
            if (adjustment != null) {
                for (int i = 0; i < adjustment.length; i++) {
                    adjustment[i] = number == -1 || i == number ? 0 : adjustment[i];
                }
            }
        }
    }

    synchronized void removed(SemSet set) {
        for (Map<SemSet, int[]> sets : adjustments.values()) {
            sets.remove(set);
        }
    }

    @Override
    public void exit(Task task, boolean last) {
        if (!last) {
            return;
        }
        List<Map.Entry<SemSet, int[]>> mine;
        synchronized (this) {
            Map<SemSet, int[]> sets = adjustments.remove(task.group);
            mine = sets == null ? List.of() : new ArrayList<>(sets.entrySet());
        }
        for (Map.Entry<SemSet, int[]> entry : mine) {
            apply(entry.getKey(), entry.getValue(), task.group.tgid);
        }
    }

    private static void apply(SemSet set, int[] adjustment, int pid) {
        synchronized (set) {
            for (int i = 0; i < adjustment.length; i++) {
                if (adjustment[i] != 0) {
                    set.values[i] = Math.clamp((long) set.values[i] + adjustment[i], 0, IpcConst.SEMVMX);
                    set.pids[i] = pid;
                }
            }
        }
        set.changed.wakeAll(0);
    }
}
