package umlaut.kernel.signal;

import java.util.Arrays;

/**
 * The action table shared by tasks cloned with CLONE_SIGHAND (Linux: sighand_struct). Reads are racy by design, as a
 * single
 * reference each; changes are made under the thread group's signal lock.
 */
public final class SignalHandlers {
    private final SigAction[] actions;

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
        actions[signo] = action;
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
