package umlaut.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import umlaut.host.HostException;
import umlaut.host.RuntimeDirectory;
import umlaut.oci.Failure;

/**
 * Where a user's guests are known (XDG Base Directory Specification): what outlives them in the state directory, what ends with them, sockets, in the runtime directory. Both are nobody else's.
 *
 * <pre>
 * $XDG_STATE_HOME/umlaut/guests/ID/   what a guest is (record), how it is (state), its output (log)
 * $XDG_STATE_HOME/umlaut/names/NAME   a link to ../guests/ID
 * $XDG_STATE_HOME/umlaut/events       what has happened
 * $XDG_RUNTIME_DIR/umlaut/ID          the socket that a running guest is reached by
 * </pre>
 */
public final class Places {
    private static final int SHORT_ID = 12;

    private final Path state;
    private final Path runtime;

    public Places(Path state, Path runtime) {
        this.state = state;
        this.runtime = runtime;
    }

    /** @throws DaemonException when there is no place */
    public static Places ofUser(Map<String, String> environment) {
        String home = environment.getOrDefault("XDG_STATE_HOME", "");
        if (!home.startsWith("/")) {
            home = environment.getOrDefault("HOME", "");
            if (!home.startsWith("/")) {
                throw new DaemonException("guests need a place to be known: set HOME or XDG_STATE_HOME");
            }
            home += "/.local/state";
        }
        try {
            Places places = new Places(Path.of(home, "umlaut"), RuntimeDirectory.ofUser(environment));
            places.make();
            return places;
        } catch (HostException e) {
            throw new DaemonException(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new DaemonException("cannot use '" + home + "/umlaut' for guests: " + Failure.reason(e));
        }
    }

    private void make() throws IOException {
        if (!Files.isDirectory(names())) {
            Files.createDirectories(
                    state, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
            Files.createDirectories(guests());
            Files.createDirectories(names());
        }
    }

    Path guests() {
        return state.resolve("guests");
    }

    Path names() {
        return state.resolve("names");
    }

    Path guest(String id) {
        return guests().resolve(id);
    }

    Path events() {
        return state.resolve("events");
    }

    Path socket(String id) {
        return runtime.resolve(id.substring(0, Math.min(SHORT_ID, id.length())));
    }

    /** Of a process that many guests share: its socket, lock and log. @param number there is another when one is full */
    Path shared(int number, String what) {
        return runtime.resolve("shared" + (number == 0 ? "" : "-" + number) + what);
    }
}
