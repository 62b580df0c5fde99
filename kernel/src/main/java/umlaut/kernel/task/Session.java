package umlaut.kernel.task;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.tty.Tty;

/** A session (setsid(2)) and its controlling terminal, credentials(7). Guarded by {@code kernel.tasks.lock}. */
public final class Session {
    public final int sid;
    /** The controlling terminal; the terminal keeps the foreground process group. */
    public volatile @Nullable Tty tty;

    /** Process groups in it; with the last one it goes. */
    int groups;

    public Session(int sid) {
        this.sid = sid;
    }
}
