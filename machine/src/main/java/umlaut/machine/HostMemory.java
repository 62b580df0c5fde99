package umlaut.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory the host has, and could still give (proc_meminfo(5)). */
final class HostMemory {
    private static final int TOTAL = 0, AVAILABLE = 1;

    private HostMemory() {}

    /** Bytes; where the host does not tell, as if there were plenty. */
    static long[] totalAndAvailable() {
        long[] found = {Long.MAX_VALUE, Long.MAX_VALUE};
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"), StandardCharsets.US_ASCII)) {
                if (line.startsWith("MemTotal:")) {
                    found[TOTAL] = bytes(line);
                } else if (line.startsWith("MemAvailable:")) {
                    found[AVAILABLE] = bytes(line);
                    break;
                }
            }
        } catch (IOException e) {
            return found; // no /proc/meminfo: nobody can tell
        }
        return found;
    }

    private static long bytes(String line) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
    }
}
