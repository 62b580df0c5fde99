package umlaut.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Cmsghdr;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.abi.Rlimit;
import umlaut.abi.SockConst;
import umlaut.abi.Ucred;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.vfs.File;

/** Ancillary data between its form in guest memory, cmsg(3), and {@link Control} (net/core/scm.c). */
final class ControlMessages {
    private static final int MAX_LENGTH = 131_072;

    private ControlMessages() {}

    // --- sending ---

    /** @return null if there is none; throws EINVAL, EBADF, EPERM, ENOBUFS, EFAULT */
    static @Nullable Control read(Task task, long address, long length) {
        if (address == 0 || length == 0) {
            return null;
        }
        if (length < 0 || length > MAX_LENGTH) {
            throw Errno.ENOBUFS.exception();
        }
        Control control = new Control();
        boolean done = false;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment raw = arena.allocate(length, 8);
            task.memory.read(address, raw, 0, length);
            parse(task, raw, control);
            done = true;
        } finally {
            if (!done) {
                control.discard();
            }
        }
        return control;
    }

    private static void parse(Task task, MemorySegment raw, Control control) {
        long end = raw.byteSize();
        for (long at = 0; at + Cmsghdr.SIZE <= end; ) {
            long length = Le.getLong(raw, at + Cmsghdr.CMSG_LEN);
            if (length < Cmsghdr.SIZE || length > end - at) {
                throw Errno.EINVAL.exception();
            }
            int level = Le.getInt(raw, at + Cmsghdr.CMSG_LEVEL);
            MemorySegment data = raw.asSlice(at + Cmsghdr.SIZE, length - Cmsghdr.SIZE);
            if (level != SockConst.SOL_SOCKET) {
                byte[] bytes = Le.getBytes(data, 0, (int) data.byteSize());
                control.items.add(new ControlItem(level, Le.getInt(raw, at + Cmsghdr.CMSG_TYPE), bytes));
            } else {
                switch (Le.getInt(raw, at + Cmsghdr.CMSG_TYPE)) {
                    case SockConst.SCM_RIGHTS -> readRights(task, data, control);
                    case SockConst.SCM_CREDENTIALS -> control.credentials = readCredentials(task, data);
                    default -> throw Errno.EINVAL.exception();
                }
            }
            at += Cmsghdr.align(length);
        }
    }

    private static void readRights(Task task, MemorySegment data, Control control) {
        int count = (int) (data.byteSize() / 4);
        if (control.files.size() + count > SockConst.SCM_MAX_FD) {
            throw Errno.EINVAL.exception();
        }
        for (int i = 0; i < count; i++) {
            control.files.add(task.files().hold(Le.getInt(data, 4L * i)));
        }
    }

    /** Who one says one is: oneself, unless privileged. */
    private static PeerCredentials readCredentials(Task task, MemorySegment data) {
        if (data.byteSize() != Ucred.SIZE) {
            throw Errno.EINVAL.exception();
        }
        Credentials c = task.credentials();
        UserNamespace ns = c.userNs();
        int pid = task.group.pidNs.toGlobal(Le.getInt(data, Ucred.PID));
        int uid = ns.uidOutside(Le.getInt(data, Ucred.UID));
        int gid = ns.gidOutside(Le.getInt(data, Ucred.GID));
        if (uid == -1 || gid == -1) {
            throw Errno.EINVAL.exception();
        }
        boolean pidOk = pid == task.group.tgid || c.capableIn(task.group.pidNs.owner(), Capability.CAP_SYS_ADMIN);
        boolean uidOk = uid == c.uid() || uid == c.euid() || uid == c.suid() || c.capableHere(Capability.CAP_SETUID);
        boolean gidOk = gid == c.gid() || gid == c.egid() || gid == c.sgid() || c.capableHere(Capability.CAP_SETGID);
        if (!pidOk || !uidOk || !gidOk) {
            throw Errno.EPERM.exception();
        }
        ThreadGroup process = pid == task.group.tgid ? task.group : task.kernel.tasks.group(pid);
        if (process == null) {
            throw Errno.ESRCH.exception();
        }
        return new PeerCredentials(pid, uid, gid, c.groups(), process);
    }

    // --- receiving ---

    /** What receiving found room for: bytes used, and MSG_CTRUNC or 0. */
    static final class Written {
        long length;
        int flags;
    }

    /**
     * Stores what came with a message; files get descriptors, those without room are closed.
     *
     * @param wantsCredentials SO_PASSCRED
     */
    static Written write(
            Task task, @Nullable Control control, boolean wantsCredentials, boolean cloexec, long address, long room) {
        Written written = new Written();
        if (address == 0 || room <= 0) {
            boolean lost = control != null && (!control.files.isEmpty() || !control.items.isEmpty());
            if (wantsCredentials || lost) {
                written.flags = SockConst.MSG_CTRUNC;
            }
            if (control != null) {
                control.discard();
            }
            return written;
        }
        if (wantsCredentials) {
            PeerCredentials sender =
                    control == null || control.credentials == null ? PeerCredentials.UNKNOWN : control.credentials;
            writeCredentials(task, sender, address, room, written);
        }
        if (control != null) {
            for (ControlItem item : control.items) {
                writeItem(task, item, address + written.length, room - written.length, written);
            }
        }
        if (control != null && !control.files.isEmpty()) {
            writeRights(task, control, cloexec, address + written.length, room - written.length, written);
        }
        return written;
    }

    /** put_cmsg: as much as there is room for. */
    private static void writeItem(Task task, ControlItem item, long address, long room, Written written) {
        if (room < Cmsghdr.SIZE) {
            written.flags |= SockConst.MSG_CTRUNC;
            return;
        }
        byte[] data = item.data();
        long whole = Cmsghdr.length(data.length);
        long length = Math.min(whole, room);
        MemorySegment out = task.memory.build((int) Cmsghdr.space(data.length));
        Cmsghdr.write(out, 0, length - Cmsghdr.SIZE, item.level(), item.type());
        Le.putBytes(out, Cmsghdr.SIZE, data);
        task.memory.write(address, out, 0, length);
        written.flags |= length < whole ? SockConst.MSG_CTRUNC : 0;
        written.length += Math.min(room, Cmsghdr.space(data.length));
    }

    private static void writeCredentials(Task task, PeerCredentials sender, long address, long room, Written written) {
        if (room < Cmsghdr.SIZE) {
            written.flags |= SockConst.MSG_CTRUNC;
            return;
        }
        long whole = Cmsghdr.length(Ucred.SIZE);
        long length = Math.min(whole, room);
        MemorySegment out = task.memory.build((int) Cmsghdr.space(Ucred.SIZE));
        Cmsghdr.write(out, 0, length - Cmsghdr.SIZE, SockConst.SOL_SOCKET, SockConst.SCM_CREDENTIALS);
        UserNamespace ns = task.credentials().userNs();
        Le.putInt(out, Cmsghdr.SIZE + Ucred.PID, task.pidSeen(sender.pid()));
        Le.putInt(out, Cmsghdr.SIZE + Ucred.UID, ns.showUid(sender.uid()));
        Le.putInt(out, Cmsghdr.SIZE + Ucred.GID, ns.showGid(sender.gid()));
        task.memory.write(address, out, 0, length);
        written.flags |= length < whole ? SockConst.MSG_CTRUNC : 0;
        written.length += Math.min(room, Cmsghdr.space(Ucred.SIZE));
    }

    private static void writeRights(
            Task task, Control control, boolean cloexec, long address, long room, Written written) {
        List<File> files = control.files;
        long limit = task.group.limits.soft(Rlimit.RLIMIT_NOFILE);
        int fit = (int) Math.max(0, Math.min(files.size(), (room - Cmsghdr.SIZE) / 4));
        int[] fds = new int[fit];
        int count = 0;
        try {
            while (count < fit) {
                fds[count] = task.files().install(files.get(count).acquire(), cloexec, 0, limit);
                count++;
            }
        } catch (ErrnoException e) {
            files.get(count).release();
        }
        if (count < files.size()) {
            written.flags |= SockConst.MSG_CTRUNC;
        }
        if (count > 0) {
            MemorySegment out = task.memory.build((int) Cmsghdr.space(4L * count));
            Cmsghdr.write(out, 0, 4L * count, SockConst.SOL_SOCKET, SockConst.SCM_RIGHTS);
            for (int i = 0; i < count; i++) {
                Le.putInt(out, Cmsghdr.SIZE + 4L * i, fds[i]);
            }
            task.memory.write(address, out, 0, Cmsghdr.length(4L * count));
            written.length += Math.min(room, Cmsghdr.space(4L * count));
        }
        control.discard();
    }
}
