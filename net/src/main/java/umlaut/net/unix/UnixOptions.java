package umlaut.net.unix;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.SockConst;
import umlaut.abi.Ucred;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;
import umlaut.net.PeerCredentials;
import umlaut.net.SocketOptions;

/** Options that only unix sockets have, unix(7): who the peer is, and whether messages tell who sent them. */
final class UnixOptions {
    private final UnixSocket socket;
    private volatile boolean passCredentials;
    private volatile boolean passPidfd;
    private volatile boolean passSecurity;
    private volatile boolean passRights = true;

    UnixOptions(UnixSocket socket) {
        this.socket = socket;
    }

    /** Messages to and from here tell who sent them. */
    boolean passesIdentity() {
        return passCredentials || passPidfd;
    }

    boolean passCredentials() {
        return passCredentials;
    }

    /** An accepted socket starts as its listener is. */
    void inherit(UnixOptions listener) {
        passCredentials = listener.passCredentials;
        passPidfd = listener.passPidfd;
        passSecurity = listener.passSecurity;
        passRights = listener.passRights;
    }

    boolean set(int name, MemorySegment value) {
        switch (name) {
            case SockConst.SO_PASSCRED -> passCredentials = SocketOptions.integer(value) != 0;
            case SockConst.SO_PASSPIDFD -> passPidfd = SocketOptions.integer(value) != 0;
            case SockConst.SO_PASSSEC -> passSecurity = SocketOptions.integer(value) != 0;
            case SockConst.SO_PASSRIGHTS -> passRights = SocketOptions.integer(value) != 0;
            case SockConst.SO_PEEK_OFF -> {
                // -1, the default, is "not used"; peeking further in is not offered.
                if (SocketOptions.integer(value) != -1) {
                    throw Errno.EOPNOTSUPP.exception();
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    int get(Task task, int name, MemorySegment value) {
        switch (name) {
            case SockConst.SO_PASSCRED -> Le.putInt(value, 0, passCredentials ? 1 : 0);
            case SockConst.SO_PASSPIDFD -> Le.putInt(value, 0, passPidfd ? 1 : 0);
            case SockConst.SO_PASSSEC -> Le.putInt(value, 0, passSecurity ? 1 : 0);
            case SockConst.SO_PASSRIGHTS -> Le.putInt(value, 0, passRights ? 1 : 0);
            case SockConst.SO_PEEK_OFF -> Le.putInt(value, 0, -1);
            case SockConst.SO_PEERCRED -> {
                PeerCredentials peer = socket.peerCredentials;
                UserNamespace ns = task.credentials().userNs();
                Le.putInt(value, Ucred.PID, peer == null ? 0 : task.pidSeen(peer.pid()));
                Le.putInt(value, Ucred.UID, peer == null ? -1 : ns.showUid(peer.uid()));
                Le.putInt(value, Ucred.GID, peer == null ? -1 : ns.showGid(peer.gid()));
                return Ucred.SIZE;
            }
            case SockConst.SO_PEERGROUPS -> {
                return groups(task, value);
            }
            default -> {
                return -1;
            }
        }
        return 4;
    }

    private int groups(Task task, MemorySegment value) {
        PeerCredentials peer = socket.peerCredentials;
        if (peer == null) {
            throw Errno.ENODATA.exception();
        }
        int[] groups = peer.groups();
        if (value.byteSize() < 4L * groups.length) {
            throw Errno.ERANGE.exception();
        }
        for (int i = 0; i < groups.length; i++) {
            Le.putInt(value, 4L * i, task.credentials().userNs().showGid(groups[i]));
        }
        return 4 * groups.length;
    }
}
