package umlaut.kernel.seccomp;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.abi.Rlimit;
import umlaut.abi.SeccompData;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AnonInode;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.PollTable;

/** The supervisor's descriptor of a {@link Listener} and its ioctls: seccomp_unotify(2). */
final class ListenerFile extends File {
    /** Bytes of struct seccomp_notif, seccomp_notif_resp and seccomp_notif_addfd. */
    static final int NOTIF_SIZE = 80, RESP_SIZE = 24, ADDFD_SIZE = 24;

    private static final int RECV = 0xc0502100, SEND = 0xc0182101, ID_VALID = 0x40082102, ID_VALID_OLD = 0x80082102;
    private static final int ADDFD = 0x2103, SET_FLAGS = 0x40082104;
    /** Direction and size, the parts of a command in which ADDFD may differ: struct seccomp_notif_addfd may grow. */
    private static final int SIZED = 0xffff0000;

    private static final int CONTINUE = 1;
    private static final int ADDFD_SETFD = 1, ADDFD_SEND = 2;

    private final Listener listener;
    private final Inode inode;
    private final Kernel kernel;

    private ListenerFile(Task opener, Listener listener) {
        super(null, OpenFlags.O_RDWR, opener.credentials());
        this.listener = listener;
        this.kernel = opener.kernel;
        this.inode = AnonInode.of(opener.kernel, AnonInode.Kind.SHARED, opener.credentials());
    }

    /** @return a new close-on-exec descriptor. @throws umlaut.abi.ErrnoException EMFILE */
    static int install(Task opener, Listener listener) {
        ListenerFile file = new ListenerFile(opener, listener);
        return opener.files().install(file, true, 0, opener.group.limits.soft(Rlimit.RLIMIT_NOFILE));
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public @Nullable String anonymousName() {
        return "anon_inode:seccomp notify";
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public int poll(PollTable table) {
        table.add(listener.changes);
        return listener.poll() | (inUse() ? 0 : Poll.POLLHUP);
    }

    /** Is there a task that the filter applies to? */
    private boolean inUse() {
        for (Task task : kernel.tasks.tasks()) {
            for (Seccomp s = task.exited ? null : task.seccomp(); s != null; s = s.earlier()) {
                if (s.listener() == listener) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    protected void onRelease() {
        listener.close();
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        return switch (command) {
            case RECV -> receive(task, argument);
            case SEND -> send(task, argument);
            case ID_VALID, ID_VALID_OLD -> {
                Listener.Call call = listener.find(task.memory.getLong(argument));
                yield call != null && call.state == Listener.State.SENT ? 0 : Errno.ENOENT.negative();
            }
            case SET_FLAGS -> (argument & ~1L) != 0 ? Errno.EINVAL.negative() : 0;
            default ->
                (command & ~SIZED) == ADDFD
                        ? addFd(task, argument, (command & SIZED) >>> 16 & 0x3fff)
                        : Errno.EINVAL.negative();
        };
    }

    private long receive(Task task, long address) {
        for (byte b : task.memory.bytes(address, NOTIF_SIZE)) {
            if (b != 0) {
                return Errno.EINVAL.negative();
            }
        }
        Listener.Call[] found = new Listener.Call[1];
        long result = Blocking.on(task, listener.changes, listener.receiver(found));
        Listener.Call call = found[0];
        if (result != 0 || call == null) {
            return result;
        }
        MemorySegment out = task.memory.build(NOTIF_SIZE);
        Le.putLong(out, 0, call.id);
        Le.putInt(out, 8, task.pidSeen(call.task.tid));
        Le.putInt(out, 16 + SeccompData.NR, call.nr);
        Le.putInt(out, 16 + SeccompData.ARCH, SeccompData.AUDIT_ARCH_X86_64);
        Le.putLong(out, 16 + SeccompData.INSTRUCTION_POINTER, call.ip);
        for (int i = 0; i < call.arguments.length; i++) {
            Le.putLong(out, 16 + SeccompData.ARGS + 8L * i, call.arguments[i]);
        }
        try {
            task.memory.write(address, out);
        } catch (umlaut.abi.ErrnoException e) {
            listener.giveBack(call);
            throw e;
        }
        return 0;
    }

    private long send(Task task, long address) {
        MemorySegment in = task.memory.struct(address, RESP_SIZE);
        long value = Le.getLong(in, 8);
        int error = Le.getInt(in, 16);
        int flags = Le.getInt(in, 20);
        boolean goOn = (flags & CONTINUE) != 0;
        if ((flags & ~CONTINUE) != 0 || goOn && (error != 0 || value != 0)) {
            return Errno.EINVAL.negative();
        }
        return listener.reply(Le.getLong(in, 0), value, error, goOn);
    }

    /** Gives the waiting task a descriptor of the supervisor's. */
    private long addFd(Task task, long address, int size) {
        if (size < ADDFD_SIZE || size >= Limits.PAGE_SIZE) {
            return Errno.EINVAL.negative();
        }
        byte[] given = task.memory.bytes(address, size);
        for (int i = ADDFD_SIZE; i < size; i++) {
            if (given[i] != 0) {
                return Errno.E2BIG.negative();
            }
        }
        MemorySegment in = MemorySegment.ofArray(given);
        long id = Le.getLong(in, 0);
        int flags = Le.getInt(in, 8);
        int source = Le.getInt(in, 12);
        int wanted = Le.getInt(in, 16);
        int fdFlags = Le.getInt(in, 20);
        if ((flags & ~(ADDFD_SETFD | ADDFD_SEND)) != 0
                || (fdFlags & ~OpenFlags.O_CLOEXEC) != 0
                || wanted != 0 && (flags & ADDFD_SETFD) == 0) {
            return Errno.EINVAL.negative();
        }
        File file = task.files().hold(source);
        Listener.Call call = listener.find(id);
        if (call == null || call.state != Listener.State.SENT) {
            file.release();
            return (call == null ? Errno.ENOENT : Errno.EINPROGRESS).negative();
        }
        boolean cloexec = (fdFlags & OpenFlags.O_CLOEXEC) != 0;
        long limit = call.task.group.limits.soft(Rlimit.RLIMIT_NOFILE);
        int fd;
        try {
            if ((flags & ADDFD_SETFD) != 0) {
                if (Integer.toUnsignedLong(wanted) >= limit) {
                    throw Errno.EBADF.exception();
                }
                File old = call.task.files().replace(wanted, file, cloexec);
                if (old != null) {
                    old.release();
                }
                fd = wanted;
            } else {
                fd = call.task.files().install(file, cloexec, 0, limit);
            }
        } catch (umlaut.abi.ErrnoException e) {
            file.release();
            throw e;
        }
        if ((flags & ADDFD_SEND) != 0) {
            listener.reply(id, fd, 0, false);
        }
        return fd;
    }

    /** SECCOMP_GET_NOTIF_SIZES: struct seccomp_notif_sizes. */
    static long sizes(Task task, int flags, long address) {
        if (flags != 0) {
            return Errno.EINVAL.negative();
        }
        MemorySegment out = task.memory.build(6);
        Le.putShort(out, 0, NOTIF_SIZE);
        Le.putShort(out, 2, RESP_SIZE);
        Le.putShort(out, 4, SeccompData.SIZE);
        task.memory.write(address, out);
        return 0;
    }

    /** Tells supervisors that a filtered task has gone. */
    static void taskExits(Task task) {
        for (Seccomp s = task.seccomp(); s != null; s = s.earlier()) {
            Listener listener = s.listener();
            if (listener != null) {
                listener.changes.wakeAll(Poll.POLLHUP);
            }
        }
    }
}
