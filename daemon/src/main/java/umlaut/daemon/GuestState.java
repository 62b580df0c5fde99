package umlaut.daemon;

import java.io.IOException;
import java.nio.file.Path;

/**
 * How a guest is, as the process that watches over it last wrote; {@link #read} corrects what that could not write any more.
 *
 * @param startedAt and finishedAt: ISO 8601, empty if not yet
 * @param exitCode of the last run
 * @param error why it could not be started
 */
public record GuestState(
        Status status,
        HostProcess watcher,
        String startedAt,
        String finishedAt,
        int exitCode,
        int restarts,
        String error) {
    /** docker's words for it. */
    public enum Status {
        CREATED,
        RUNNING,
        PAUSED,
        RESTARTING,
        EXITED;

        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** As docker says when somebody has killed it without being able to say more. */
    private static final int KILLED = 137;

    static final GuestState FRESH = new GuestState(Status.CREATED, HostProcess.NONE, "", "", 0, 0, "");

    /** A process watches over it. */
    public boolean isLive() {
        return status == Status.RUNNING || status == Status.PAUSED || status == Status.RESTARTING;
    }

    public int watcherPid() {
        return watcher.pid();
    }

    GuestState with(Status fresh) {
        return new GuestState(fresh, watcher, startedAt, finishedAt, exitCode, restarts, error);
    }

    GuestState started(HostProcess by, String at, int restartsNow) {
        return new GuestState(Status.RUNNING, by, at, finishedAt, 0, restartsNow, "");
    }

    GuestState ended(Status fresh, String at, int code, String why) {
        HostProcess by = fresh == Status.EXITED ? HostProcess.NONE : watcher;
        return new GuestState(fresh, by, startedAt, at, code, restarts, why);
    }

    static GuestState read(Path file) throws IOException {
        Fields f = Fields.parse(SafeFile.read(file));
        Status status = Status.CREATED;
        for (Status s : Status.values()) {
            if (s.text().equals(f.text("status"))) {
                status = s;
            }
        }
        HostProcess watcher = new HostProcess((int) f.number("pid"), f.number("ticks"), f.text("boot"));
        GuestState state = new GuestState(
                status,
                watcher,
                f.text("started"),
                f.text("finished"),
                (int) f.number("exit"),
                (int) f.number("restarts"),
                f.text("error"));
        return !state.isLive() || watcher.isAlive() ? state : state.ended(Status.EXITED, "", KILLED, "");
    }

    void write(Path file, boolean stable) throws IOException {
        Fields f = new Fields()
                .set("status", status.text())
                .set("pid", watcher.pid())
                .set("ticks", watcher.startTicks())
                .set("boot", watcher.boot())
                .set("started", startedAt)
                .set("finished", finishedAt)
                .set("exit", exitCode)
                .set("restarts", restarts)
                .set("error", error);
        SafeFile.write(file, f.toString(), stable);
    }
}
