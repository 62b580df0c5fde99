package umlaut.machine;

import umlaut.host.Terminals;

/** What stands behind the machine's standard input, output and error on the host. */
public final class Console {
    private Console() {}

    /** Whether the host's file descriptor {@code fd} (0 to 2) is a terminal. */
    public static boolean isTerminal(int fd) {
        return Terminals.isTerminal(fd);
    }
}
