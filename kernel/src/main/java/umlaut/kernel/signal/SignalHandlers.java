package umlaut.kernel.signal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import umlaut.abi.Signal;
import umlaut.engine.UserThread;

/**
 * The action table shared by tasks cloned with CLONE_SIGHAND (Linux: sighand_struct). Reads are racy by design, as a
 * single
 * reference each; changes are made under the thread group's signal lock.
 */
public final class SignalHandlers {
    private final SigAction[] actions;

    /** Threads that know which signals have their default actions. The monitor is a leaf. */
    @GuardedBy("told") private final List<UserThread> told = new ArrayList<>();

    public SignalHandlers() {
        actions = new SigAction[65];
        Arrays.fill(actions, SigAction.DEFAULT);
    }

    private SignalHandlers(SigAction[] actions) {
        this.actions = actions;
    }

    public SigAction get(int signo) {
        return actions[signo];
    }

    public void set(int signo, SigAction action) {
        synchronized (told) {
            boolean was = actions[signo].equals(SigAction.DEFAULT);
            actions[signo] = action;
            if (was != action.equals(SigAction.DEFAULT)) {
                long defaults = defaults();
                told.forEach(user -> user.keepDefaultActions(defaults));
            }
        }
    }

    private long defaults() {
        long defaults = 0;
        for (int signo = 1; signo <= 64; signo++) {
            defaults |= actions[signo].equals(SigAction.DEFAULT) ? Signal.bit(signo) : 0;
        }
        return defaults;
    }

    /** A thread whose calls nobody watches has asked: C libraries ask about all signals in a row (posix_spawn(3)), so it is told of all, and of each change from then on. */
    void tell(UserThread user) {
        synchronized (told) {
            user.keepDefaultActions(defaults());
            if (!told.contains(user)) {
                told.add(user);
            }
        }
    }

    /** A thread that may have been told ends, or takes up another program. */
    public void leave(UserThread user) {
        synchronized (told) {
            if (told.remove(user)) {
                user.keepDefaultActions(0);
            }
        }
    }

    public SignalHandlers copy() {
        return new SignalHandlers(actions.clone());
    }

    /** execve(2): handled signals go back to default, ignored ones stay ignored. */
    public SignalHandlers afterExec() {
        SignalHandlers fresh = new SignalHandlers();
        for (int signo = 1; signo <= 64; signo++) {
            if (actions[signo].handler() == SigAction.SIG_IGN) {
                fresh.actions[signo] = SigAction.IGNORE;
            }
        }
        return fresh;
    }
}
