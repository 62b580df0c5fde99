package umlaut.engine.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Forks of stub processes under way, and the slots of those that failed. A fork can fail in ways that leave it open whether there is a child: the parent is killed in
 * between, or says what is not so. Two processes on one slot would run each other's orders, so a slot goes to others only when no child can have it. Its lock is a leaf.
 */
final class Nursery {
    /** One fork: the slots that the child is to have, and its service thread. */
    static final class Birth {
        final int slot;
        final int areaSlot;
        final Service child;
        private final Service parent;
        private final long since;
        /** What the parent says the child's number is. */
        private long pid;

        private volatile boolean ended;

        private Birth(int slot, int areaSlot, Service child, Service parent, long since) {
            this.slot = slot;
            this.areaSlot = areaSlot;
            this.child = child;
            this.parent = parent;
            this.since = since;
        }

        /** Whether the child has been reaped, or the parent: then there may never be one. */
        boolean isOver() {
            return ended || parent.dead;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final AreaFile areas;

    /** Counts forks. */
    @GuardedBy("lock") private long forks;

    @GuardedBy("lock") private final List<Birth> unborn = new ArrayList<>();

    /** Processes reaped before they were registered, and the number of the newest fork then: what was reaped before a fork began is not its child. */
    @GuardedBy("lock") private final Map<Integer, Long> stillborn = new HashMap<>();

    @GuardedBy("lock") private final List<Birth> lost = new ArrayList<>();

    Nursery(AreaFile areas) {
        this.areas = areas;
    }

    /** Before a fork by {@code parent}. @param spare a fork that the same parent could not do, whose slots are used again */
    Birth expect(Service parent, @Nullable Birth spare) {
        int slot = spare != null ? spare.slot : areas.allocate();
        int areaSlot = -1;
        try {
            areaSlot = spare != null ? spare.areaSlot : areas.allocate();
        } finally {
            if (areaSlot < 0) {
                areas.release(slot);
            }
        }
        if (spare != null) {
            areas.slot(slot).fill((byte) 0);
            areas.slot(areaSlot).fill((byte) 0);
        }
        lock.lock();
        try {
            if (unborn.isEmpty()) {
                stillborn.clear();
            }
            Birth birth = new Birth(slot, areaSlot, parent.forSlot(areas.slot(slot)), parent, ++forks);
            unborn.add(birth);
            return birth;
        } finally {
            lock.unlock();
        }
    }

    /** Has the parent fork; the caller holds its lock. @return 0 once the child has started its guest thread, or -errno */
    long run(Birth birth) {
        birth.child.addThread(birth.areaSlot);
        birth.child.start(0); // the next batch may be long in coming, and the parent wants the processor
        birth.parent.add(Order.FORK, AreaFile.offset(birth.slot), 0, 0, 0, 0, 0);
        long result = birth.parent.run();
        if (result < 0) {
            return result;
        }
        lock.lock();
        try {
            birth.pid = birth.parent.result(0);
            Long when = stillborn.get((int) birth.pid);
            birth.ended |= when != null && when >= birth.since;
        } finally {
            lock.unlock();
        }
        return birth.child.awaitFirst(birth);
    }

    /** A child that nobody has registered was reaped. */
    void reaped(int pid) {
        lock.lock();
        try {
            stillborn.put(pid, forks);
            for (Birth birth : unborn) {
                birth.ended |= birth.pid == pid || birth.child.pid() == pid;
            }
        } finally {
            lock.unlock();
        }
    }

    /** The fork is over, and its child is {@code pid}. @return whether that has been reaped since */
    boolean isStillborn(@Nullable Birth birth, int pid) {
        lock.lock();
        try {
            unborn.remove(birth);
            Long when = stillborn.get(pid);
            if (when == null || birth != null && when < birth.since) {
                return false;
            }
            stillborn.remove(pid);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The fork is over without a child, as the parent says. */
    void refused(Birth birth) {
        lock.lock();
        try {
            unborn.remove(birth);
        } finally {
            lock.unlock();
        }
    }

    /** The fork is over, and there will be no child that there is not yet. */
    void lost(Birth birth) {
        lock.lock();
        try {
            unborn.remove(birth);
            lost.add(birth);
        } finally {
            lock.unlock();
        }
    }

    boolean hasLost() {
        lock.lock();
        try {
            return !lost.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** @param known the children that have their own slots; {@code parentTid} the thread whose children all are */
    void releaseLost(Set<Integer> known, int parentTid) {
        lock.lock();
        try {
            if (unborn.isEmpty() && known.containsAll(ProcFiles.children(parentTid))) {
                for (Birth birth : lost) {
                    areas.release(birth.areaSlot);
                    areas.release(birth.slot);
                }
                lost.clear();
            }
        } finally {
            lock.unlock();
        }
    }
}
