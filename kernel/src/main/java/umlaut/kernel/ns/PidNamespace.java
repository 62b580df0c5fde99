package umlaut.kernel.ns;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.task.TaskTable;
import umlaut.kernel.task.ThreadGroup;

/**
 * A set of process numbers with a pid 1 of its own (pid_namespaces(7); Linux: kernel/pid_namespace.c). Everything in the kernel bears the numbers of the initial namespace;
 * they are translated where a task tells or is told one. Numbers are given and taken back under {@code tasks.lock}, looked up without.
 */
public final class PidNamespace implements Namespace {
    /** MAX_PID_NS_LEVEL. */
    public static final int DEEPEST = 32;

    private final @Nullable PidNamespace parent;
    private final int level;
    private final long ino;
    private final UserNamespace owner;
    private final Map<Integer, Integer> globals = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> locals = new ConcurrentHashMap<>();
    private volatile int last;
    private volatile @Nullable ThreadGroup init;
    private volatile boolean closed;

    PidNamespace(@Nullable PidNamespace parent, long ino, UserNamespace owner) {
        this.parent = parent;
        this.level = parent == null ? 0 : parent.level + 1;
        this.ino = ino;
        this.owner = owner;
    }

    @Override
    public NamespaceKind kind() {
        return NamespaceKind.PID;
    }

    @Override
    public long ino() {
        return ino;
    }

    @Override
    public UserNamespace owner() {
        return owner;
    }

    public @Nullable PidNamespace parent() {
        return parent;
    }

    public int level() {
        return level;
    }

    public boolean isWithin(PidNamespace other) {
        for (PidNamespace n = this; n != null; n = n.parent) {
            if (n == other) {
                return true;
            }
        }
        return false;
    }

    // --- its pid 1 ---

    /** Who orphans go to: the process with number 1; null before it is there. */
    public @Nullable ThreadGroup init() {
        return init;
    }

    /** Its pid 1 has ended or is ending: no process can start in it any more. */
    public boolean closed() {
        return closed;
    }

    public void close() {
        closed = true;
    }

    // --- numbers ---

    /** @return the initial namespace's number of what is called {@code nr} here, or -1 */
    public int toGlobal(int nr) {
        if (level == 0) {
            return nr;
        }
        Integer found = globals.get(nr);
        return found == null ? -1 : found;
    }

    /** @return what the initial namespace's {@code nr} is called here, or 0 if it is not seen from here */
    public int fromGlobal(int nr) {
        if (level == 0) {
            return nr;
        }
        Integer found = locals.get(nr);
        return found == null ? 0 : found;
    }

    /**
     * Gives {@code global} a number here and in all namespaces above. Caller holds {@code tasks.lock}.
     *
     * @param wanted the number to be given in the namespace of a level, 0 = any
     * @return the number here, -1 when there is none left
     * @throws umlaut.abi.ErrnoException EEXIST
     */
    public int allocate(int global, IntUnaryOperator wanted) {
        if (level == 0) {
            return global;
        }
        for (PidNamespace n = this; n.level > 0 && n.parent != null; n = n.parent) {
            if (n.globals.containsKey(wanted.applyAsInt(n.level))) {
                throw Errno.EEXIST.exception();
            }
        }
        for (PidNamespace n = this; n.level > 0 && n.parent != null; n = n.parent) {
            if (!n.add(global, wanted.applyAsInt(n.level))) {
                free(global);
                return -1;
            }
        }
        return fromGlobal(global);
    }

    private boolean add(int global, int wanted) {
        if (closed) {
            return false;
        }
        if (wanted != 0) {
            globals.put(wanted, global);
            locals.put(global, wanted);
            return true;
        }
        for (int tries = 0; tries < TaskTable.PID_MAX; tries++) {
            last = last + 1 >= TaskTable.PID_MAX ? 2 : last + 1;
            if (globals.putIfAbsent(last, global) == null) {
                locals.put(global, last);
                return true;
            }
        }
        return false;
    }

    /** Caller holds {@code tasks.lock}. */
    public void setLast(int nr) {
        last = nr;
    }

    /** Takes a number back, here and above. */
    public void free(int global) {
        for (PidNamespace n = this; n != null; n = n.parent) {
            Integer local = n.locals.remove(global);
            if (local != null) {
                n.globals.remove(local);
            }
        }
    }

    /** The process that got number 1. */
    public void setInit(ThreadGroup group) {
        init = group;
    }

    /** Appends the numbers of {@code global} in all namespaces from {@code outermost} inwards, each with a tab in front: NSpid of proc_pid_status(5). */
    public void show(StringBuilder text, PidNamespace outermost, int global) {
        if (this != outermost && parent != null && level > outermost.level) {
            parent.show(text, outermost, global);
        }
        text.append('\t').append(fromGlobal(global));
    }

    /** The number given last (/proc/sys/kernel/ns_last_pid). */
    public int last() {
        return last;
    }
}
