package umlaut.machine;

/**
 * What a guest uses.
 *
 * @param cpuNs processor time of its programs so far
 * @param memoryBytes of its processes, and of its files in memory
 * @param memoryLimit what it may have; the host's memory if there is no limit
 * @param processes threads that live
 */
public record Usage(
        long cpuNs,
        long memoryBytes,
        long memoryLimit,
        int processes,
        long receivedBytes,
        long sentBytes,
        long readBytes,
        long writtenBytes) {}
