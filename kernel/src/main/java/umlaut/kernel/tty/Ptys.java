package umlaut.kernel.tty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.abi.Rlimit;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * The pseudoterminals of one devpts instance, by number (pts(4)). A number is taken by each open of ptmx and given back when that master is closed.
 */
public final class Ptys {
    /** Major number of pts devices; their minor is the pty's number. */
    public static final int MAJOR = 136;

    private static final int MAX = 4096;

    /** What devpts shows of one pty. */
    public record Pty(int number, Tty tty, int uid, int gid, long createdNs) {}

    /** How TIOCGPTPEER opens a slave: by the file system that holds the nodes. */
    @FunctionalInterface
    public interface PeerOpener {
        File open(Task task, int number, int flags);
    }

    private final Kernel kernel;
    private final PeerOpener peers;

    @GuardedBy("this") private final SortedMap<Integer, Pty> live = new TreeMap<>();

    @GuardedBy("this") private final Set<Integer> lockedNumbers = new HashSet<>();

    public Ptys(Kernel kernel, PeerOpener peers) {
        this.kernel = kernel;
        this.peers = peers;
    }

    /** Opens a new pair: the master. Its slave is locked until unlockpt(3). */
    public File openMaster(@Nullable Task task, Path path, Inode inode, int flags) {
        Credentials owner = task == null ? Credentials.ROOT : task.credentials();
        int number;
        Tty tty;
        synchronized (this) {
            number = 0;
            while (live.containsKey(number)) {
                number++;
            }
            if (number >= MAX) {
                throw Errno.ENOSPC.exception();
            }
            tty = new Tty(kernel, "pts/" + number, DeviceTable.number(MAJOR, number));
            live.put(number, new Pty(number, tty, owner.fsuid(), owner.fsgid(), kernel.clock.realtimeNs()));
            lockedNumbers.add(number);
        }
        return new PtyMaster(this, number, tty, owner, path, inode, flags);
    }

    /** Opens the slave by number, as its device node does. @throws umlaut.abi.ErrnoException EIO when there is none or it is locked */
    public File openSlave(@Nullable Task task, Path path, Inode inode, int flags, int number) {
        Pty pty = get(number);
        if (pty == null || locked(number) || pty.tty().hungUp()) {
            throw Errno.EIO.exception();
        }
        return TtyFile.open(pty.tty(), task, path, inode, flags);
    }

    public synchronized @Nullable Pty get(int number) {
        return live.get(number);
    }

    /** In order of number. */
    public synchronized List<Pty> all() {
        return List.copyOf(live.values());
    }

    synchronized void free(int number) {
        live.remove(number);
        lockedNumbers.remove(number);
    }

    synchronized boolean locked(int number) {
        return lockedNumbers.contains(number);
    }

    synchronized void setLocked(int number, boolean on) {
        if (on) {
            lockedNumbers.add(number);
        } else {
            lockedNumbers.remove(number);
        }
    }

    /** TIOCGPTPEER: the slave, whatever is mounted where, also while locked. @return the descriptor */
    long openPeer(Task task, int number, int flags) {
        File slave = peers.open(task, number, flags);
        boolean cloexec = (flags & OpenFlags.O_CLOEXEC) != 0;
        try {
            return task.files().install(slave, cloexec, 0, task.group.limits.soft(Rlimit.RLIMIT_NOFILE));
        } catch (ErrnoException e) {
            slave.release();
            throw e;
        }
    }
}
