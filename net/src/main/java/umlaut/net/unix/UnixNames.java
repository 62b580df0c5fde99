package umlaut.net.unix;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.LandlockFlags;
import umlaut.abi.Mode;
import umlaut.kernel.landlock.Domain;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.InodeState;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.Permissions;

/** Which socket bears which name: abstract ones here, paths in the inodes they lead to. Abstract names are apart for each socket type, as in Linux. */
final class UnixNames {
    private static final int AUTOBIND_NAMES = 1 << 20;

    private record Key(int type, String text) {}

    @GuardedBy("this") private final Map<Key, UnixSocket> abstractNames = new HashMap<>();

    @GuardedBy("this") private int lastAutobind;

    /** @throws umlaut.abi.ErrnoException EADDRINUSE */
    synchronized void bindAbstract(UnixSocket socket, String text) {
        if (abstractNames.putIfAbsent(new Key(socket.type, text), socket) != null) {
            throw Errno.EADDRINUSE.exception();
        }
    }

    /** A free name of five hexadecimal digits. @throws umlaut.abi.ErrnoException ENOSPC */
    synchronized UnixAddress autobind(UnixSocket socket) {
        for (int tries = 0; tries < AUTOBIND_NAMES; tries++) {
            lastAutobind = lastAutobind + 1 & AUTOBIND_NAMES - 1;
            String text = String.format("%05x", lastAutobind);
            if (abstractNames.putIfAbsent(new Key(socket.type, text), socket) == null) {
                return new UnixAddress(true, text);
            }
        }
        throw Errno.ENOSPC.exception();
    }

    synchronized void release(UnixSocket socket, UnixAddress address) {
        if (address.isAbstract()) {
            abstractNames.remove(new Key(socket.type, address.text()), socket);
        }
    }

    private synchronized @Nullable UnixSocket findAbstract(int type, String text) {
        return abstractNames.get(new Key(type, text));
    }

    static boolean exists(Task task, String path) {
        try {
            task.kernel.vfs.lookup(task, AtFlags.AT_FDCWD, path, AtFlags.AT_SYMLINK_NOFOLLOW);
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    /** Makes a socket node at the path. @return its inode; throws EADDRINUSE where something is already */
    static Inode bindPath(Task task, UnixSocket socket, String path) {
        try {
            Inode inode = task.kernel.vfs.makeNode(task, path, Mode.S_IFSOCK | 0777, 0);
            inode.state().socket = socket;
            return inode;
        } catch (ErrnoException e) {
            throw e.errno() == Errno.EEXIST ? Errno.EADDRINUSE.exception() : e;
        }
    }

    /**
     * The live socket with a name.
     *
     * @throws umlaut.abi.ErrnoException ECONNREFUSED, EPROTOTYPE, or what walking the path answers
     */
    UnixSocket find(Task task, UnixAddress address, int type) {
        if (address.isAbstract()) {
            UnixSocket found = findAbstract(type, address.text());
            if (found == null) {
                throw Errno.ECONNREFUSED.exception();
            }
            if (Domain.separates(task.credentials(), found.credentials, LandlockFlags.SCOPE_ABSTRACT_UNIX_SOCKET)) {
                throw Errno.EPERM.exception();
            }
            return found;
        }
        Path place = task.kernel.vfs.lookup(task, AtFlags.AT_FDCWD, address.text(), 0);
        Inode inode = place.inode();
        if (!Permissions.generic(inode, task.credentials(), Permissions.MAY_WRITE)) {
            throw Errno.EACCES.exception();
        }
        InodeState state = inode.stateOrNull();
        if (!Mode.isSocket(inode.mode) || state == null || !(state.socket instanceof UnixSocket found)) {
            throw Errno.ECONNREFUSED.exception();
        }
        if (found.type != type) {
            throw Errno.EPROTOTYPE.exception();
        }
        return found;
    }
}
