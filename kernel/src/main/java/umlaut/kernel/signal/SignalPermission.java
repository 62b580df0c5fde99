package umlaut.kernel.signal;

import umlaut.abi.Capability;
import umlaut.abi.LandlockFlags;
import umlaut.abi.Signal;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.landlock.Domain;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/** Who may send a signal to whom (kill(2); Linux: check_kill_permission). */
public final class SignalPermission {
    private SignalPermission() {}

    public static boolean mayKill(Task sender, ThreadGroup target, int signo) {
        if (sender.group == target) {
            return true;
        }
        Task leader = target.leader();
        if (leader == null) {
            return false;
        }
        Credentials mine = sender.credentials();
        Credentials theirs = leader.credentials();
        if (Domain.separates(mine, theirs, LandlockFlags.SCOPE_SIGNAL)) {
            return false;
        }
        if (mine.euid() == theirs.suid()
                || mine.euid() == theirs.uid()
                || mine.uid() == theirs.suid()
                || mine.uid() == theirs.uid()
                || mine.capableIn(theirs.userNs(), Capability.CAP_KILL)) {
            return true;
        }
        return signo == Signal.SIGCONT && sender.group.session() == target.session();
    }
}
