package umlaut.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What stands behind the machine's standard input, output and error on the host. */
public final class Console {
    private Console() {}

    /** Whether the host's file descriptor {@code fd} (0 to 2) is a terminal. */
    public static boolean isTerminal(int fd) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }
}
