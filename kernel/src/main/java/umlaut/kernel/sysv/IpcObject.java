package umlaut.kernel.sysv;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.IpcPerm;
import umlaut.abi.Le;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;

/**
 * What segments, semaphore sets and queues have in common (Linux: struct kern_ipc_perm, ipc/util.c): key, owner, mode. Its monitor guards it and whatever its subclass
 * adds, and comes before a table's.
 */
abstract class IpcObject {
    /** Requests as bits of one permission digit. */
    static final int READ = 4, WRITE = 2;

    final Kernel kernel;
    /** Set once by the table. */
    int id;

    int key;
    int uid;
    int gid;
    final int cuid;
    final int cgid;
    int mode;
    boolean removed;
    /** Seconds since 1970. */
    long ctime;

    IpcObject(Task task, int key, int mode) {
        Credentials who = task.credentials();
        this.kernel = task.kernel;
        this.key = key;
        this.mode = mode & 0777;
        this.uid = who.euid();
        this.gid = who.egid();
        this.cuid = uid;
        this.cgid = gid;
        this.ctime = now();
    }

    final long now() {
        return kernel.clock.realtimeNs() / 1_000_000_000;
    }

    /** ipcperms. @param request READ, WRITE, as a digit */
    synchronized boolean permits(Task task, int request) {
        Credentials who = task.credentials();
        int granted = mode;
        if (who.euid() == cuid || who.euid() == uid) {
            granted >>= 6;
        } else if (who.inGroup(cgid) || who.inGroup(gid)) {
            granted >>= 3;
        }
        return (request & ~granted & 7) == 0 || who.capableIn(task.ns().ipc().owner(), Capability.CAP_IPC_OWNER);
    }

    /** @throws umlaut.abi.ErrnoException EACCES */
    void require(Task task, int request) {
        if (!permits(task, request)) {
            throw Errno.EACCES.exception();
        }
    }

    /** May {@code task} change or remove it? @throws umlaut.abi.ErrnoException EPERM */
    synchronized void requireOwner(Task task) {
        Credentials who = task.credentials();
        if (who.euid() != cuid
                && who.euid() != uid
                && !who.capableIn(task.ns().ipc().owner(), Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
    }

    /** struct ipc64_perm. */
    void put(MemorySegment to, long at) {
        Le.putInt(to, at + IpcPerm.KEY, key);
        Task reader = kernel.current();
        UserNamespace ns =
                reader == null ? UserNamespace.INITIAL : reader.credentials().userNs();
        Le.putInt(to, at + IpcPerm.UID, ns.showUid(uid));
        Le.putInt(to, at + IpcPerm.GID, ns.showGid(gid));
        Le.putInt(to, at + IpcPerm.CUID, ns.showUid(cuid));
        Le.putInt(to, at + IpcPerm.CGID, ns.showGid(cgid));
        Le.putInt(to, at + IpcPerm.MODE, mode);
        Le.putInt(to, at + IpcPerm.SEQ, id >> 15);
    }

    /** IPC_SET's owner and mode. */
    synchronized void set(MemorySegment from, long at) {
        Task writer = kernel.current();
        UserNamespace ns =
                writer == null ? UserNamespace.INITIAL : writer.credentials().userNs();
        int newUid = ns.uidOutside(Le.getInt(from, at + IpcPerm.UID));
        int newGid = ns.gidOutside(Le.getInt(from, at + IpcPerm.GID));
        if (newUid == -1 || newGid == -1) {
            throw Errno.EINVAL.exception();
        }
        uid = newUid;
        gid = newGid;
        mode = mode & ~0777 | Le.getInt(from, at + IpcPerm.MODE) & 0777;
        ctime = now();
    }
}
