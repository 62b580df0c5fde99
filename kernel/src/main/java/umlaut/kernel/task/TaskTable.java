package umlaut.kernel.task;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.ns.PidNamespace;

/**
 * All tasks, processes, process groups and sessions of a kernel by number (Linux: kernel/pid.c and the tasklist lock).
 * {@link #lock} is the
 * outermost of the process locks and guards every family link; look-ups by number need no lock.
 */
public final class TaskTable {
    /** As Linux's default pid_max on a 64-bit machine with few CPUs would allow: 1 to 4,194,303. */
    public static final int PID_MAX = 4_194_304;
    /** After the first wrap-around, numbers below this are not given out again (RESERVED_PIDS). */
    private static final int RESERVED_PIDS = 300;

    public final ReentrantLock lock = new ReentrantLock();

    private final Map<Integer, Task> tasks = new ConcurrentHashMap<>();
    private final Map<Integer, ThreadGroup> groups = new ConcurrentHashMap<>();

    @GuardedBy("lock") private final Map<Integer, ProcessGroup> processGroups = new HashMap<>();

    @GuardedBy("lock") private final Map<Integer, Session> sessions = new HashMap<>();

    /** The namespace of each number that was given out in an inner one. */
    private final Map<Integer, PidNamespace> inner = new ConcurrentHashMap<>();

    /** Written under {@link #lock}. */
    private volatile int lastPid;

    /** Numbers of tasks that are being made. */
    @GuardedBy("lock") private final Set<Integer> reserved = new HashSet<>();

    /** Signalled when a process has gone. */
    private final Condition gone = lock.newCondition();

    /** Pid 1 is ending: nothing new may start. */
    @GuardedBy("lock") private boolean closed;

    @GuardedBy("lock") public boolean closed() {
        return closed;
    }

    /** From now on {@link #allocatePid} has no number to give. */
    @GuardedBy("lock")
    void close() {
        closed = true;
    }

    /** Waits until only {@code last} is left in its namespace, at most that long: pid 1's end takes all others with it. */
    @GuardedBy("lock") boolean awaitAlone(ThreadGroup last, PidNamespace ns, long timeoutNs) {
        long left = timeoutNs;
        while (left > 0 && groups.values().stream().anyMatch(g -> g != last && g.pidNs.isWithin(ns))) {
            try {
                left = gone.awaitNanos(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return left > 0;
    }

    @GuardedBy("lock")
    void signalGone() {
        gone.signalAll();
    }

    /** The number given last in a pid namespace, null being the first (kernel.ns_last_pid). */
    public int lastPid(@Nullable PidNamespace ns) {
        return ns == null || ns.level() == 0 ? lastPid : ns.last();
    }

    /** The next number given in a pid namespace is the first free one above this. */
    public void setLastPid(PidNamespace ns, int pid) {
        lock.lock();
        try {
            if (ns.level() == 0) {
                lastPid = pid;
            } else {
                ns.setLast(pid);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A number that no task, process, group or session bears, or -1 when there is none. Caller holds {@link #lock}. */
    @GuardedBy("lock") public int allocatePid() {
        for (int tries = 0; tries < PID_MAX && !closed; tries++) {
            lastPid = lastPid + 1 >= PID_MAX ? RESERVED_PIDS : lastPid + 1;
            if (!reserved.contains(lastPid) && unborne(lastPid)) {
                return lastPid;
            }
        }
        return -1;
    }

    /** Does no task, process, group or session bear the number? */
    private boolean unborne(int pid) {
        return !tasks.containsKey(pid)
                && !groups.containsKey(pid)
                && !processGroups.containsKey(pid)
                && !sessions.containsKey(pid);
    }

    /** Numbers a new task in an inner pid namespace too. @return its number there, or -1 */
    @GuardedBy("lock") int number(PidNamespace ns, int pid, SetTid wanted) {
        if (ns.level() == 0) {
            return pid;
        }
        int inside = ns.allocate(pid, level -> wanted.at(level, ns.level()));
        if (inside > 0) {
            inner.put(pid, ns);
        }
        return inside;
    }

    /** The task that was to bear the number will not be. */
    void unnumber(int pid) {
        freed(pid);
    }

    /** A bearer of the number has gone: inner namespaces may use theirs again when it was the last. */
    @SuppressWarnings("GuardedBy") // callers hold the lock wherever the number may be of an inner namespace
    private void freed(int pid) {
        PidNamespace ns = inner.get(pid);
        if (ns != null && unborne(pid)) {
            inner.remove(pid);
            ns.free(pid);
        }
    }

    /**
     * As {@link #allocatePid}; nobody else gets the number before {@link #unreserve}.
     *
     * @param wanted 0: any
     * @throws umlaut.abi.ErrnoException EEXIST
     */
    @GuardedBy("lock") int reservePid(int wanted) {
        if (wanted != 0 && (reserved.contains(wanted) || !unborne(wanted))) {
            throw Errno.EEXIST.exception();
        }
        int pid = wanted != 0 ? wanted : allocatePid();
        if (pid > 0) {
            reserved.add(pid);
        }
        return pid;
    }

    /** Tasks that there are, and those being made: many may fork at once. */
    @GuardedBy("lock") int aliveAndComing() {
        return tasks.size() + reserved.size();
    }

    @GuardedBy("lock")
    void unreserve(int pid) {
        reserved.remove(pid);
    }

    public void add(Task task) {
        tasks.put(task.tid, task);
    }

    public void remove(Task task) {
        tasks.remove(task.tid, task);
        freed(task.tid);
    }

    public @Nullable Task task(int tid) {
        return tasks.get(tid);
    }

    public List<Task> tasks() {
        return new ArrayList<>(tasks.values());
    }

    public int taskCount() {
        return tasks.size();
    }

    public void add(ThreadGroup group) {
        groups.put(group.tgid, group);
    }

    /** A reaped process is gone for every look-up. */
    public void remove(ThreadGroup group) {
        groups.remove(group.tgid, group);
        freed(group.tgid);
    }

    /** A process, zombies included. */
    public @Nullable ThreadGroup group(int tgid) {
        return groups.get(tgid);
    }

    /** Every process, zombies included, in no order. */
    public List<ThreadGroup> groups() {
        return new ArrayList<>(groups.values());
    }

    @GuardedBy("lock") public void add(ProcessGroup group) {
        processGroups.put(group.pgid, group);
    }

    @GuardedBy("lock") public void remove(ProcessGroup group) {
        processGroups.remove(group.pgid, group);
        freed(group.pgid);
    }

    @GuardedBy("lock") public @Nullable ProcessGroup processGroup(int pgid) {
        return processGroups.get(pgid);
    }

    @GuardedBy("lock") public void add(Session session) {
        sessions.put(session.sid, session);
    }

    @GuardedBy("lock") public void remove(Session session) {
        sessions.remove(session.sid, session);
        freed(session.sid);
    }

    @GuardedBy("lock") public @Nullable Session session(int sid) {
        return sessions.get(sid);
    }
}
