package umlaut.machine;

/**
 * What a guest may use, as it can be changed while it runs.
 *
 * @param memoryBytes over all processes and files in memory; 0 is none
 * @param cpus processors' worth of time; 0 is no limit
 * @param pids most threads at once; 0 is what it was started with
 */
public record MachineLimits(long memoryBytes, double cpus, int pids) {}
