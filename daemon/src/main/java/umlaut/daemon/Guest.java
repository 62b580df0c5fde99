package umlaut.daemon;

import java.io.IOException;
import java.nio.file.Path;
import umlaut.oci.Failure;

/**
 * A guest that is known: a name, a directory, what it is. How it is changes, so that is asked for.
 *
 * @param name empty for one that lost its name in a crash
 */
public record Guest(Places places, String id, String name, GuestRecord record) {
    static final String RECORD = "record", STATE = "state", LOG = "log", LIMITS = "limits";
    private static final int SHORT_ID = 12;

    public String shortId() {
        return id.substring(0, SHORT_ID);
    }

    public Path directory() {
        return places.guest(id);
    }

    Path socket() {
        return places.socket(id);
    }

    public Path log() {
        return directory().resolve(LOG);
    }

    public GuestState state() {
        try {
            return GuestState.read(directory().resolve(STATE));
        } catch (IOException e) {
            throw new DaemonException("guest '" + name + "': cannot read its state: " + Failure.reason(e));
        }
    }

    /** @param stable what must survive a crash of the host */
    void write(GuestState state, boolean stable) {
        try {
            state.write(directory().resolve(STATE), stable);
        } catch (IOException e) {
            throw new DaemonException("guest '" + name + "': cannot write its state: " + Failure.reason(e));
        }
    }
}
