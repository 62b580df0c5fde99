package umlaut.kernel;

/**
 * What a machine is given.
 *
 * @param name for messages and thread names
 * @param hostname initial host name
 * @param memoryBytes memory limit shown and enforced
 * @param cpus processors shown
 * @param pidsLimit most tasks at once
 */
public record KernelConfig(String name, String hostname, long memoryBytes, int cpus, int pidsLimit) {}
