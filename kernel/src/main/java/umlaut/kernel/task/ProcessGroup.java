package umlaut.kernel.task;

import java.util.ArrayList;
import java.util.List;

/** A process group (setpgid(2)): members and session are guarded by {@code kernel.tasks.lock}. */
public final class ProcessGroup {
    public final int pgid;
    public final Session session;
    public final List<ThreadGroup> members = new ArrayList<>();

    public ProcessGroup(int pgid, Session session) {
        this.pgid = pgid;
        this.session = session;
    }
}
