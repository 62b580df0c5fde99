package umlaut.kernel.mm;

/**
 * Where the parts of a program lie (the code, data, brk, stack and argument fields of Linux's mm_struct; PR_SET_MM). Addresses in the guest, bytes.
 * Written by exec, brk(2) and prctl(2) under the {@link Mm}'s lock, read by anyone.
 */
public final class MmLayout {
    /** First address a guest can't use. */
    public final long taskSize;

    public volatile long startCode;
    public volatile long endCode;
    public volatile long startData;
    public volatile long endData;
    public volatile long startBrk;
    public volatile long brk;
    public volatile long startStack;
    public volatile long argStart;
    public volatile long argEnd;
    public volatile long envStart;
    public volatile long envEnd;

    /** The auxiliary vector, pairs of longs ending with AT_NULL: /proc/PID/auxv. Replaced whole. */
    public volatile long[] auxv = {};

    /** Top of the area where mmap(2) looks for room, downwards. */
    long mmapBase;

    /** The host has memory for the heap up to here: brk(2) below it needs no host call. */
    long heapGranted;

    /** The host has memory for the stack from here on, below where its VMA begins; 0 before there is a stack. */
    long stackReserve;

    MmLayout(long taskSize) {
        this.taskSize = taskSize;
        this.mmapBase = taskSize;
    }

    void copyFrom(MmLayout o) {
        startCode = o.startCode;
        endCode = o.endCode;
        startData = o.startData;
        endData = o.endData;
        startBrk = o.startBrk;
        brk = o.brk;
        startStack = o.startStack;
        argStart = o.argStart;
        argEnd = o.argEnd;
        envStart = o.envStart;
        envEnd = o.envEnd;
        auxv = o.auxv;
        mmapBase = o.mmapBase;
        heapGranted = o.heapGranted;
        stackReserve = o.stackReserve;
    }
}
