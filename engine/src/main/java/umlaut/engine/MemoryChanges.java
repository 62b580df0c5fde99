package umlaut.engine;

/**
 * What a guest thread has changed of its address space by itself under a {@link MemoryLease}, in that order. It is what the guest says, so it may be anything: a guest that lies
 * about its own memory harms itself, as long as the kernel believes nothing outside the lease.
 */
public final class MemoryChanges {
    /** The last is the break, moved to an address. */
    public static final int MAP = 1, UNMAP = 2, PROTECT = 3, BREAK = 4;

    /** Most changes at a time. */
    public static final int MOST = 32;

    private final long[] addresses = new long[MOST], lengths = new long[MOST];
    private final int[] whats = new int[MOST];
    private int count;
    private long lowest;

    /** @param lowest the lowest place where the lease's top has been */
    public void begin(long lowest) {
        count = 0;
        this.lowest = lowest;
    }

    /** @param what the kind of change, with the protection from bit 8 on */
    public void add(int what, long address, long length) {
        whats[count] = what;
        addresses[count] = address;
        lengths[count++] = length;
    }

    public int count() {
        return count;
    }

    public long lowest() {
        return lowest;
    }

    /** {@link #MAP}, {@link #UNMAP}, {@link #PROTECT}, {@link #BREAK}, or nothing known. */
    public int kind(int index) {
        return whats[index] & 0xff;
    }

    /** PROT_* of what was mapped or protected. */
    public int prot(int index) {
        return whats[index] >> 8 & 7;
    }

    public long address(int index) {
        return addresses[index];
    }

    public long length(int index) {
        return lengths[index];
    }
}
