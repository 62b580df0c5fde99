package umlaut.kernel.cgroup;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Signal;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.time.KernelTimers;

/** The one hierarchy of a kernel's control groups, and what changes it (Linux: kernel/cgroup/cgroup.c, pids.c, freezer.c). */
public final class Cgroups {
    /** How often memory is looked at while a group has a limit. */
    private static final long MEMORY_PERIOD_NS = 50_000_000;

    final Kernel kernel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Cgroup root = new Cgroup(this, null, "");
    private KernelTimers.@Nullable Timer memoryTimer;

    public Cgroups(Kernel kernel) {
        this.kernel = kernel;
    }

    public Cgroup root() {
        return root;
    }

    <T extends @Nullable Object> T locked(Supplier<T> what) {
        lock.lock();
        try {
            return what.get();
        } finally {
            lock.unlock();
        }
    }

    private static void requireThere(Cgroup group) {
        if (group.removed()) {
            throw Errno.ENODEV.exception();
        }
    }

    // --- the tree ---

    /** mkdir(2). @throws umlaut.abi.ErrnoException ENODEV, EINVAL, EEXIST, EAGAIN for the limits of the groups above */
    public Cgroup make(Cgroup parent, String name) {
        return locked(() -> {
            requireThere(parent);
            if (name.indexOf('\n') >= 0) {
                throw Errno.EINVAL.exception();
            }
            if (parent.child(name) != null) {
                throw Errno.EEXIST.exception();
            }
            long depth = 1;
            for (Cgroup above = parent; above != null; above = above.parent, depth++) {
                if (above.subtree().size() > above.maxDescendants || depth > above.maxDepth) {
                    throw Errno.EAGAIN.exception();
                }
            }
            Cgroup fresh = new Cgroup(this, parent, name);
            fresh.setFrozenLocked(parent.frozen());
            parent.addLocked(fresh);
            return fresh;
        });
    }

    /** rmdir(2). @throws umlaut.abi.ErrnoException EBUSY while there are groups or processes in it */
    public void remove(Cgroup group) {
        lock.lock();
        try {
            Cgroup parent = group.parent;
            if (parent == null || !group.childrenLocked().isEmpty() || group.populated()) {
                throw Errno.EBUSY.exception();
            }
            parent.removeLocked(group);
        } finally {
            lock.unlock();
        }
    }

    // --- who is where ---

    /** Where processes may not be because others below are under control (the rule of no internal processes). */
    private static boolean forOthers(Cgroup group) {
        return !group.isRoot() && !group.handedDownLocked().isEmpty();
    }

    /** Moves a process. @throws umlaut.abi.ErrnoException ENODEV, EBUSY */
    public void attach(ThreadGroup process, Cgroup to) {
        lock.lock();
        try {
            mayEnter(to);
            process.cgroup().keepTimes(process);
            process.setCgroup(to);
            process.setFrozen(to.frozen());
        } finally {
            lock.unlock();
        }
    }

    /** May a process be put there? @throws umlaut.abi.ErrnoException ENODEV, EBUSY */
    public void mayEnter(Cgroup to) {
        lock.lock();
        try {
            requireThere(to);
            if (forOthers(to)) {
                throw Errno.EBUSY.exception();
            }
        } finally {
            lock.unlock();
        }
    }

    /** May there be another task in the group? @throws umlaut.abi.ErrnoException EAGAIN */
    public void mayFork(Cgroup group) {
        for (Cgroup g = group; g != null; g = g.parent) {
            if (g.pidsMax != Cgroup.UNLIMITED) {
                long now = g.tasks() + 1;
                if (now > g.pidsMax) {
                    g.pidsRefused.incrementAndGet();
                    throw Errno.EAGAIN.exception();
                }
                g.counted(now);
            }
        }
    }

    /** The last thread of a process ends. */
    public void exits(ThreadGroup process) {
        process.cgroup().keepTimes(process);
    }

    // --- controllers ---

    /** cgroup.subtree_control: words with a sign in front. @throws umlaut.abi.ErrnoException EINVAL, ENOENT, EBUSY, ENODEV */
    public void control(Cgroup group, String text) {
        Set<Controller> on = EnumSet.noneOf(Controller.class);
        Set<Controller> off = EnumSet.noneOf(Controller.class);
        for (String word : text.strip().split("\\s+")) {
            if (word.isEmpty()) {
                continue;
            }
            Controller named = controller(word.substring(1));
            if (named == null || word.charAt(0) != '+' && word.charAt(0) != '-') {
                throw Errno.EINVAL.exception();
            }
            boolean plus = word.charAt(0) == '+';
            (plus ? on : off).add(named);
            (plus ? off : on).remove(named);
        }
        lock.lock();
        try {
            requireThere(group);
            Set<Controller> now = group.handedDownLocked();
            on.removeAll(now);
            off.retainAll(now);
            if (!group.controllers().containsAll(on)) {
                throw Errno.ENOENT.exception();
            }
            boolean usedBelow = group.childrenLocked().stream()
                    .anyMatch(child -> child.handedDownLocked().stream().anyMatch(off::contains));
            if (usedBelow
                    || !on.isEmpty() && !group.isRoot() && !group.processes().isEmpty()) {
                throw Errno.EBUSY.exception();
            }
            now.addAll(on);
            now.removeAll(off);
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable Controller controller(String name) {
        for (Controller c : Controller.values()) {
            if (c.text.equals(name)) {
                return c;
            }
        }
        return null;
    }

    // --- all at once ---

    /** cgroup.kill. */
    public void kill(Cgroup group) {
        requireThere(group);
        group.allProcesses().forEach(process -> Signals.kill(process, Signal.SIGKILL));
    }

    /** cgroup.freeze: processes here and below stop as they next leave the kernel, until the group and all above it are thawed. */
    public void freeze(Cgroup group, boolean on) {
        lock.lock();
        try {
            requireThere(group);
            group.wantsFrozen = on;
            for (Cgroup g : group.subtree()) {
                g.setFrozenLocked(g.wantsFrozen || g.parent != null && g.parent.frozen());
            }
            for (ThreadGroup process : group.allProcesses()) {
                process.setFrozen(process.cgroup().frozen());
            }
        } finally {
            lock.unlock();
        }
    }

    // --- memory ---

    static long residentBytes(ThreadGroup process) {
        Task leader = process.anyThread();
        Mm mm = leader == null ? null : leader.mmOrNull();
        return mm == null ? 0 : mm.space().residentBytes();
    }

    /** memory.max has been set somewhere: from now on somebody looks. */
    public void watchMemory() {
        lock.lock();
        try {
            if (memoryTimer == null) {
                memoryTimer = kernel.timers.create(this::lookAtMemory);
                kernel.timers.arm(memoryTimer, kernel.clock.monotonicNs() + MEMORY_PERIOD_NS);
            }
        } finally {
            lock.unlock();
        }
    }

    private Stream<Cgroup> limited() {
        return root.subtree().stream().filter(g -> g.memoryMax != Cgroup.UNLIMITED);
    }

    private void lookAtMemory() {
        limited().filter(g -> g.memory() > g.memoryMax).toList().forEach(this::killBiggest);
        lock.lock();
        try {
            KernelTimers.Timer timer = memoryTimer;
            if (timer == null || limited().findAny().isEmpty()) {
                memoryTimer = null;
            } else {
                kernel.timers.arm(timer, kernel.clock.monotonicNs() + MEMORY_PERIOD_NS);
            }
        } finally {
            lock.unlock();
        }
    }

    /** As Linux's out-of-memory killer does within a group (mm/oom_kill.c): not before the last one's memory has come back. */
    private void killBiggest(Cgroup group) {
        if (group.allProcesses().stream().anyMatch(process -> process.exiting() && residentBytes(process) > 0)) {
            return;
        }
        group.outOfMemory.incrementAndGet();
        ThreadGroup biggest = null;
        long most = -1;
        for (ThreadGroup process : group.allProcesses()) {
            long bytes = process.oomScoreAdj <= -1000 || process.exiting() ? -1 : residentBytes(process);
            if (bytes > most) {
                most = bytes;
                biggest = process;
            }
        }
        if (biggest != null) {
            biggest.cgroup().outOfMemoryKills.incrementAndGet();
            kernel.log.error(
                    "Memory cgroup out of memory: Killed process " + biggest.tgid + ", " + (most >> 10) + " kB");
            Signals.kill(biggest, Signal.SIGKILL);
        }
    }
}
