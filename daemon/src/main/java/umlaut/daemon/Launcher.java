package umlaut.daemon;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import umlaut.host.HostCalls;
import umlaut.host.Scratch;
import umlaut.host.Syscall;
import umlaut.oci.Failure;

/**
 * Starts further processes of this program, which outlive the terminal: a session of their own, nothing open but /dev/null, a log, and a pipe on which they say that they are ready, or in one line why not.
 */
public final class Launcher {
    private static final String MAIN = "umlaut.cli.Main", READY = "ready";

    private Launcher() {}

    /**
     * Starts this program with other arguments and waits until it says how it went.
     *
     * @param errors what it has to say later
     * @throws DaemonException with what it said
     */
    public static void launch(List<String> arguments, Path errors) {
        List<String> command = new ArrayList<>(ownCommand());
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                    .start();
            try (BufferedReader said =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                String line = said.readLine();
                if (line == null) {
                    throw new DaemonException(125, "the guest's process has died: see '" + errors + "'");
                }
                if (!line.equals(READY)) {
                    int space = line.indexOf(' ');
                    throw new DaemonException(Integer.parseInt(line.substring(0, space)), line.substring(space + 1));
                }
            }
        } catch (IOException e) {
            throw new DaemonException(125, "cannot start a process for the guest: " + Failure.reason(e));
        }
    }

    /** How this process was started, up to the class: the JVM and its flags. */
    private static List<String> ownCommand() {
        try {
            List<String> all = List.of(Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1)
                    .split("\0"));
            List<String> own = new ArrayList<>(all.subList(0, all.indexOf(MAIN) + 1));
            own.set(0, Files.readSymbolicLink(Path.of("/proc/self/exe")).toString());
            return own;
        } catch (IOException e) {
            throw new DaemonException(125, "/proc/self cannot be read: " + Failure.reason(e));
        }
    }

    // --- on the other side ---

    /** Leaves the terminal, the group and the directory of whoever started this process. */
    public static void becomeIndependent() {
        HostCalls.call(Syscall.SETSID);
        // Only now: the class path may be relative, and the start-up cache minds how it is written.
        HostCalls.call(Syscall.CHDIR, Scratch.path("/").address());
    }

    /** Says that all is well, or not, and lets go of whoever waits. @param failure null: all is well */
    public static void report(@org.jspecify.annotations.Nullable RuntimeException failure) {
        String line = READY;
        if (failure != null) {
            Fields f = Frame.failure(failure).fields();
            line = f.text("status") + " " + f.text("line");
        }
        System.out.println(line);
        System.out.flush();
        long none = umlaut.host.Files.openat(
                umlaut.host.Files.AT_FDCWD, Scratch.path("/dev/null"), umlaut.host.Files.O_WRONLY, 0);
        HostCalls.call(Syscall.DUP3, none, 1, 0);
        umlaut.host.Files.close((int) none);
    }
}
