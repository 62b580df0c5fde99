package umlaut.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import umlaut.host.Processes;

/**
 * A process of the host, known again after its number has been given to another: by when it started, in ticks since which boot (proc_pid_stat(5)).
 *
 * @param pid 0: none
 */
record HostProcess(int pid, long startTicks, String boot) {
    static final HostProcess NONE = new HostProcess(0, 0, "");
    /** Behind the name, which may hold anything up to the last parenthesis. */
    private static final int STATE = 0, START = 19;

    static HostProcess own() {
        int pid = Processes.getpid();
        return new HostProcess(pid, startTicks(pid), bootId());
    }

    boolean isAlive() {
        return pid > 0 && startTicks > 0 && startTicks(pid) == startTicks && bootId().equals(boot);
    }

    /** @return 0 if there is none, or it has ended and nobody has waited for it */
    private static long startTicks(int pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return fields[STATE].equals("Z") || fields[STATE].equals("X") ? 0 : Long.parseLong(fields[START]);
        } catch (IOException e) {
            return 0;
        }
    }

    private static String bootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
