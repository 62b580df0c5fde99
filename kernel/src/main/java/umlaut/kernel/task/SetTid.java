package umlaut.kernel.task;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.kernel.ns.PidNamespace;

/**
 * The numbers that clone3(2) wants a new task to have, from its own pid namespace outwards (Linux: set_tid of kernel/pid.c): what checkpoint/restore needs.
 *
 * @param tids none: whatever is free
 */
record SetTid(int[] tids) {
    static final SetTid NONE = new SetTid(new int[0]);

    /** @param address of {@code count} ints */
    static SetTid read(Task task, long address, int count) {
        MemorySegment raw = task.memory.struct(address, count * Integer.BYTES);
        int[] tids = new int[count];
        for (int i = 0; i < count; i++) {
            tids[i] = Le.getInt(raw, (long) i * Integer.BYTES);
        }
        return new SetTid(tids);
    }

    /**
     * May the caller choose these numbers? (alloc_pid)
     *
     * @param inner the task's own pid namespace, or, if {@code fresh}, the one that its own is to be made in
     */
    void check(Task task, PidNamespace inner, boolean fresh) {
        int level = fresh ? inner.level() + 1 : inner.level();
        if (tids.length > level + 1) {
            throw Errno.EINVAL.exception();
        }
        PidNamespace ns = inner;
        for (int i = 0; i < tids.length; i++) {
            boolean isNew = fresh && i == 0;
            boolean first = isNew || ns.init() == null && ns.level() > 0;
            if (tids[i] < 1 || tids[i] >= TaskTable.PID_MAX || tids[i] != 1 && first) {
                throw Errno.EINVAL.exception();
            }
            boolean may = task.credentials().capableIn(ns.owner(), Capability.CAP_CHECKPOINT_RESTORE)
                    || task.credentials().capableIn(ns.owner(), Capability.CAP_SYS_ADMIN);
            if (!may) {
                throw Errno.EPERM.exception();
            }
            PidNamespace parent = ns.parent();
            if (!isNew && parent != null) {
                ns = parent;
            }
        }
    }

    /** The number wanted in the namespace {@code level} of a task whose own is {@code innermost}; 0: none. */
    int at(int level, int innermost) {
        int index = innermost - level;
        return index < tids.length ? tids[index] : 0;
    }
}
