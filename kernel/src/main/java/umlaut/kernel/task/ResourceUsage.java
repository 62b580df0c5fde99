package umlaut.kernel.task;

/** Resources used up, getrusage(2): sums of ended threads or children. Guarded by itself. */
public final class ResourceUsage {
    private long userNs;
    private long systemNs;
    private long maxResidentBytes;
    private long voluntarySwitches;
    private long involuntarySwitches;

    public synchronized void add(long user, long system, long voluntary, long involuntary) {
        userNs += user;
        systemNs += system;
        voluntarySwitches += voluntary;
        involuntarySwitches += involuntary;
    }

    /** Adds all of another's. */
    public void add(ResourceUsage other) {
        long[] from = other.snapshot();
        synchronized (this) {
            userNs += from[0];
            systemNs += from[1];
            maxResidentBytes = Math.max(maxResidentBytes, from[2]);
            voluntarySwitches += from[3];
            involuntarySwitches += from[4];
        }
    }

    public synchronized void noteResident(long bytes) {
        maxResidentBytes = Math.max(maxResidentBytes, bytes);
    }

    private synchronized long[] snapshot() {
        return new long[] {userNs, systemNs, maxResidentBytes, voluntarySwitches, involuntarySwitches};
    }

    public synchronized ResourceUsage copy() {
        ResourceUsage c = new ResourceUsage();
        c.add(this);
        return c;
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

    public synchronized long voluntarySwitches() {
        return voluntarySwitches;
    }

    public synchronized long involuntarySwitches() {
        return involuntarySwitches;
    }
}
