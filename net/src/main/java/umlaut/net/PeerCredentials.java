package umlaut.net;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/**
 * Who is or was at the other end (struct ucred, unix(7)).
 *
 * @param pid process number, 0 if unknown
 * @param groups supplementary groups, for SO_PEERGROUPS; shared, never changed
 * @param process for SO_PEERPIDFD; null if unknown
 */
@SuppressWarnings("ArrayRecordComponent")
public record PeerCredentials(
        int pid, int uid, int gid, int[] groups, @Nullable ThreadGroup process) {
    /** The overflow ids: nobody in particular. */
    public static final PeerCredentials UNKNOWN = new PeerCredentials(0, 65534, 65534, new int[0], null);

    /** As sockets remember their makers: effective ids. */
    public static PeerCredentials of(Task task) {
        Credentials c = task.credentials();
        return new PeerCredentials(task.group.tgid, c.euid(), c.egid(), c.groups(), task.group);
    }

    /** As messages carry them by default: real ids. */
    public static PeerCredentials ofSender(Task task) {
        Credentials c = task.credentials();
        return new PeerCredentials(task.group.tgid, c.uid(), c.gid(), c.groups(), task.group);
    }

    public boolean sameIds(@Nullable PeerCredentials other) {
        return other != null && pid == other.pid && uid == other.uid && gid == other.gid;
    }
}
