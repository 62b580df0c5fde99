package umlaut.kernel.task;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import umlaut.engine.AddressSpace;
import umlaut.engine.MemoryUse;

/**
 * Resources used up, getrusage(2): sums of ended threads or children. What the memory of ended programs was is known when the host has done away with their processes, a little
 * after they are gone in the guest: until somebody asks, nobody waits for that. Guarded by itself.
 */
public final class ResourceUsage {
    @GuardedBy("this") private long userNs;

    @GuardedBy("this") private long systemNs;

    @GuardedBy("this") private long maxResidentBytes;

    @GuardedBy("this") private long minorFaults;

    @GuardedBy("this") private long majorFaults;

    @GuardedBy("this") private long voluntarySwitches;

    @GuardedBy("this") private long involuntarySwitches;

    /** Whose use is not known yet. */
    @GuardedBy("this") private final List<AddressSpace> ending = new ArrayList<>(1);

    public synchronized void add(long user, long system, long voluntary, long involuntary) {
        userNs += user;
        systemNs += system;
        voluntarySwitches += voluntary;
        involuntarySwitches += involuntary;
    }

    public synchronized void add(MemoryUse use) {
        maxResidentBytes = Math.max(maxResidentBytes, use.mostResidentBytes());
        minorFaults += use.minorFaults();
        majorFaults += use.majorFaults();
    }

    /** Memory that nobody uses any more. */
    public synchronized void addEnding(AddressSpace space) {
        foldEnded();
        ending.add(space);
    }

    /** Adds all of another's. */
    public void add(ResourceUsage other) {
        ResourceUsage from = other.copy();
        synchronized (this) {
            foldEnded();
            from.addTo(this);
        }
    }

    public synchronized ResourceUsage copy() {
        ResourceUsage c = new ResourceUsage();
        addTo(c);
        return c;
    }

    @GuardedBy("this") @SuppressWarnings("GuardedBy") // the other one is held, or nobody else's yet
    private void addTo(ResourceUsage to) {
        to.userNs += userNs;
        to.systemNs += systemNs;
        to.maxResidentBytes = Math.max(to.maxResidentBytes, maxResidentBytes);
        to.minorFaults += minorFaults;
        to.majorFaults += majorFaults;
        to.voluntarySwitches += voluntarySwitches;
        to.involuntarySwitches += involuntarySwitches;
        to.ending.addAll(ending);
    }

    @GuardedBy("this") private void foldEnded() {
        for (Iterator<AddressSpace> i = ending.iterator(); i.hasNext(); ) {
            MemoryUse use = i.next().finalMemoryUse();
            if (use != null) {
                add(use);
                i.remove();
            }
        }
    }

    /** Waits until all is known. */
    public synchronized void settle() {
        for (AddressSpace space : ending) {
            space.close(); // its last user may be the one that asks
            space.awaitEnd();
        }
        foldEnded();
    }

    public synchronized long userNs() {
        return userNs;
    }

    public synchronized long systemNs() {
        return systemNs;
    }

    public synchronized long maxResidentBytes() {
        return maxResidentBytes;
    }

    public synchronized long minorFaults() {
        return minorFaults;
    }

    public synchronized long majorFaults() {
        return majorFaults;
    }

    public synchronized long voluntarySwitches() {
        return voluntarySwitches;
    }

    public synchronized long involuntarySwitches() {
        return involuntarySwitches;
    }
}
