package umlaut.machine;

/**
 * A process of a guest as ps(1) shows it.
 *
 * @param startedAgoNs since its start
 * @param cpuNs processor time
 * @param tty without /dev/; "?" for none
 */
public record ProcessRow(
        int uid, int pid, int parent, long startedAgoNs, String tty, long cpuNs, long residentBytes, String command) {}
