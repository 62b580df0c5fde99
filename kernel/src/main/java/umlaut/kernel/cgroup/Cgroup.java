package umlaut.kernel.cgroup;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.task.CpuTimes;
import umlaut.kernel.task.ThreadGroup;

/**
 * One group of processes (Linux: struct cgroup). Its children and switches are changed under the lock of {@link Cgroups}; numbers may be read at any time. Who is in it is
 * asked of the processes ({@link ThreadGroup#cgroup}): a process that has ended, though nobody has waited for it, is no longer counted.
 */
public final class Cgroup {
    /** "max". */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private final Cgroups all;
    public final @Nullable Cgroup parent;
    public final String name;
    public final int level;
    private final Map<String, Cgroup> children = new TreeMap<>();
    private final Set<Controller> enabledBelow = EnumSet.noneOf(Controller.class);
    private volatile boolean removed;
    /** Itself or a group above is to be frozen. */
    private volatile boolean frozen;
    /** What cgroup.freeze says here. */
    volatile boolean wantsFrozen;

    /** Most levels and groups below it. */
    public volatile long maxDepth = UNLIMITED;

    public volatile long maxDescendants = UNLIMITED;

    /** pids.max: most tasks here and below. */
    public volatile long pidsMax = UNLIMITED;

    final AtomicLong pidsRefused = new AtomicLong();
    private volatile long pidsPeak;

    /** Bytes: memory.max, and what is only kept and shown, since the host reclaims as it likes. */
    public volatile long memoryMax = UNLIMITED;

    public volatile long memoryHigh = UNLIMITED;
    public volatile long memoryLow;
    public volatile long memoryMin;
    final AtomicLong outOfMemory = new AtomicLong();
    final AtomicLong outOfMemoryKills = new AtomicLong();

    /** Processor time of those that have ended here or have left. */
    private final AtomicLong pastUserNs = new AtomicLong();

    private final AtomicLong pastSystemNs = new AtomicLong();

    Cgroup(Cgroups all, @Nullable Cgroup parent, String name) {
        this.all = all;
        this.parent = parent;
        this.name = name;
        this.level = parent == null ? 0 : parent.level + 1;
    }

    public boolean isRoot() {
        return parent == null;
    }

    /** Somebody has removed it; who still holds it open gets ENODEV. */
    public boolean removed() {
        return removed;
    }

    public boolean frozen() {
        return frozen;
    }

    public boolean wantsFrozen() {
        return wantsFrozen;
    }

    public long pidsRefused() {
        return pidsRefused.get();
    }

    public long outOfMemory() {
        return outOfMemory.get();
    }

    public long outOfMemoryKills() {
        return outOfMemoryKills.get();
    }

    // --- the tree ---

    public @Nullable Cgroup child(String childName) {
        return all.locked(() -> children.get(childName));
    }

    public List<Cgroup> children() {
        return all.locked(() -> new ArrayList<>(children.values()));
    }

    /** Itself and all below. */
    public List<Cgroup> subtree() {
        return all.locked(() -> {
            List<Cgroup> found = new ArrayList<>();
            collect(found);
            return found;
        });
    }

    private void collect(List<Cgroup> to) {
        to.add(this);
        children.values().forEach(child -> child.collect(to));
    }

    public boolean isWithin(Cgroup above) {
        for (Cgroup g = this; g != null; g = g.parent) {
            if (g == above) {
                return true;
            }
        }
        return false;
    }

    /** As /proc/PID/cgroup shows it to who stands in a namespace with that root; ".." leads out of it. */
    public String path(Cgroup root) {
        StringBuilder out = new StringBuilder();
        Cgroup top = root;
        while (!isWithin(top)) {
            out.append("/..");
            top = top.parent == null ? top : top.parent;
        }
        List<String> names = new ArrayList<>();
        for (Cgroup g = this; g != top && g != null; g = g.parent) {
            names.add(g.name);
        }
        names.reversed().forEach(n -> out.append('/').append(n));
        return out.isEmpty() ? "/" : out.toString();
    }

    Collection<Cgroup> childrenLocked() {
        return children.values();
    }

    void addLocked(Cgroup child) {
        children.put(child.name, child);
    }

    void removeLocked(Cgroup child) {
        children.remove(child.name);
        child.removed = true;
    }

    void setFrozenLocked(boolean on) {
        frozen = on;
    }

    // --- controllers ---

    /** Those that its files are for: what the parent hands down. */
    public Set<Controller> controllers() {
        return parent == null ? EnumSet.allOf(Controller.class) : parent.handedDown();
    }

    /** cgroup.subtree_control. */
    public Set<Controller> handedDown() {
        return all.locked(() -> EnumSet.copyOf(enabledBelow));
    }

    Set<Controller> handedDownLocked() {
        return enabledBelow;
    }

    // --- who is here ---

    /** The living processes of this group alone. */
    public List<ThreadGroup> processes() {
        return all.kernel.tasks.groups().stream()
                .filter(g -> g.cgroup() == this && g.liveThreads() > 0)
                .toList();
    }

    /** Those of the groups below, too. */
    public List<ThreadGroup> allProcesses() {
        return all.kernel.tasks.groups().stream()
                .filter(g -> g.cgroup().isWithin(this) && g.liveThreads() > 0)
                .toList();
    }

    public boolean populated() {
        return all.kernel.tasks.groups().stream().anyMatch(g -> g.cgroup().isWithin(this) && g.liveThreads() > 0);
    }

    /** pids.current. */
    public long tasks() {
        long now = allProcesses().stream().mapToLong(ThreadGroup::liveThreads).sum();
        pidsPeak = Math.max(pidsPeak, now);
        return now;
    }

    /** The most tasks there were when somebody looked: at each fork while there is a limit. */
    public long pidsPeak() {
        tasks();
        return pidsPeak;
    }

    void counted(long tasksNow) {
        pidsPeak = Math.max(pidsPeak, tasksNow);
    }

    // --- processor time ---

    /** User time of all that are or were here and below, ns. */
    public long userNs() {
        return pastUserNs.get()
                + allProcesses().stream()
                        .mapToLong(g -> CpuTimes.ofGroup(g) - g.cgroupUserNs)
                        .sum();
    }

    /** The kernel's time for them, ns. */
    public long systemNs() {
        return pastSystemNs.get()
                + allProcesses().stream()
                        .mapToLong(g -> CpuTimes.systemOfGroup(g) - g.cgroupSystemNs)
                        .sum();
    }

    /** A process leaves or ends: what it has used here stays. */
    void keepTimes(ThreadGroup group) {
        long user = CpuTimes.ofGroup(group);
        long system = CpuTimes.systemOfGroup(group);
        for (Cgroup g = this; g != null; g = g.parent) {
            g.pastUserNs.addAndGet(user - group.cgroupUserNs);
            g.pastSystemNs.addAndGet(system - group.cgroupSystemNs);
        }
        group.cgroupUserNs = user;
        group.cgroupSystemNs = system;
    }

    // --- memory ---

    /** memory.current: what the host keeps in memory for the processes here and below, bytes. */
    public long memory() {
        return allProcesses().stream().mapToLong(Cgroups::residentBytes).sum();
    }
}
