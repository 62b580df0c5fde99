package umlaut.engine;

/**
 * What the host has counted of an address space's memory (getrusage(2)).
 *
 * @param mostResidentBytes the most there was in memory at a time
 * @param minorFaults pages that were put in place
 * @param majorFaults those that had to be read
 */
public record MemoryUse(long mostResidentBytes, long minorFaults, long majorFaults) {
    public static final MemoryUse NONE = new MemoryUse(0, 0, 0);
}
