package umlaut.kernel.signal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import umlaut.abi.SigConst;
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

    /** More than one thread has this table, or had. */
    @GuardedBy("told") private boolean shared;

    /** All whose action can be set. */
    private static final long SETTABLE = ~(Signal.bit(Signal.SIGKILL) | Signal.bit(Signal.SIGSTOP));

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
                told.forEach(this::keepDefaults);
            }
        }
    }

    @GuardedBy("told") private void keepDefaults(UserThread user) {
        long defaults = defaults();
        user.own().defaultActions(defaults, shared ? 0 : defaults & SETTABLE);
    }

    /** Another thread is to have this table, too: none may change it by itself any more. */
    public void share() {
        synchronized (told) {
            if (!shared) {
                shared = true;
                told.forEach(this::keepDefaults);
            }
        }
    }

    /** What a thread has set by itself (it is the table's only one): default actions stay so, but for what C libraries set with them. Caller holds the signal lock. */
    public void learn(UserThread user) {
        long set = user.own().takeSetActions() & SETTABLE;
        if (set == 0) {
            return;
        }
        SigAction action = new SigAction(
                SigAction.SIG_DFL, SigConst.SA_RESTORER, user.own().setRestorer(), 0);
        synchronized (told) {
            for (long left = set; left != 0; left &= left - 1) {
                int signo = Long.numberOfTrailingZeros(left) + 1;
                if (actions[signo].equals(SigAction.DEFAULT)) {
                    actions[signo] = action;
                }
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
    public void tell(UserThread user) {
        synchronized (told) {
            keepDefaults(user);
            if (!told.contains(user)) {
                told.add(user);
            }
        }
    }

    /** A thread that may have been told ends, or takes up another program. */
    public void leave(UserThread user) {
        synchronized (told) {
            if (told.remove(user)) {
                user.own().defaultActions(0, 0);
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
