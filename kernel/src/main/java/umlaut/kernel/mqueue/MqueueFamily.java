package umlaut.kernel.mqueue;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.abi.MqAttr;
import umlaut.abi.Nr;
import umlaut.abi.OpenFlags;
import umlaut.abi.Sigevent;
import umlaut.abi.Signal;
import umlaut.abi.Timespec;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ipc.Descriptors;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Permissions;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/** mq_open(2), mq_unlink(2), mq_timedsend(2), mq_timedreceive(2), mq_notify(2), mq_getsetattr(2) (ipc/mqueue.c). */
public final class MqueueFamily implements SyscallFamily {
    private static final int NAME_MAX = 255;
    private static final int COOKIE_SIZE = 32;

    private final MqueueFs fs;

    public MqueueFamily(MqueueFs fs) {
        this.fs = fs;
    }

    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.MQ_OPEN -> open(task, a.l(0), a.i(1), a.i(2), a.l(3));
            case Nr.MQ_UNLINK -> unlink(task, a.path(0));
            case Nr.MQ_TIMEDSEND -> send(task, a.fd(0), a.l(1), a.l(2), a.i(3), a.l(4));
            case Nr.MQ_TIMEDRECEIVE -> receive(task, a.fd(0), a.l(1), a.l(2), a.l(3), a.l(4));
            case Nr.MQ_NOTIFY -> notify(task, a.fd(0), a.l(1));
            case Nr.MQ_GETSETATTR -> attributes(task, a.fd(0), a.l(1), a.l(2));
            default -> NOT_MINE;
        };
    }

    // --- names ---

    /** One component of a path, as lookup_noperm wants it. */
    private static String checked(String name) {
        if (name.isEmpty()) {
            throw Errno.ENOENT.exception();
        }
        if (name.length() > NAME_MAX) {
            throw Errno.ENAMETOOLONG.exception();
        }
        if (name.indexOf('/') >= 0 || name.equals(".") || name.equals("..")) {
            throw Errno.EACCES.exception();
        }
        return name;
    }

    private long open(Task task, long nameAddress, int flags, int mode, long attributes) {
        long messages = 0;
        long size = 0;
        if (attributes != 0) {
            MemorySegment in = task.memory.struct(attributes, MqAttr.SIZE);
            messages = Le.getLong(in, MqAttr.MQ_MAXMSG);
            size = Le.getLong(in, MqAttr.MQ_MSGSIZE);
        }
        String name = checked(task.memory.path(nameAddress));
        Mqueue queue;
        fs.root.lock.lock();
        try {
            Inode found = fs.root.lookup(name);
            if (found != null) {
                queue = existing(task, (Mqueue) found, flags);
            } else if ((flags & OpenFlags.O_CREAT) == 0) {
                return Errno.ENOENT.negative();
            } else {
                queue = make(task, name, mode & ~task.fs().umask(), attributes != 0, messages, size);
            }
            int kept = flags & (OpenFlags.O_ACCMODE | OpenFlags.O_NONBLOCK);
            MqueueFile file = new MqueueFile(queue, name, kept, task.credentials());
            return Descriptors.install(task, file, true);
        } finally {
            fs.root.lock.unlock();
        }
    }

    private static Mqueue existing(Task task, Mqueue queue, int flags) {
        int both = OpenFlags.O_CREAT | OpenFlags.O_EXCL;
        if ((flags & both) == both) {
            throw Errno.EEXIST.exception();
        }
        int mask = switch (flags & OpenFlags.O_ACCMODE) {
            case OpenFlags.O_RDONLY -> Permissions.MAY_READ;
            case OpenFlags.O_WRONLY -> Permissions.MAY_WRITE;
            case OpenFlags.O_RDWR -> Permissions.MAY_READ | Permissions.MAY_WRITE;
            default -> throw Errno.EINVAL.exception();
        };
        if (!queue.permits(task.credentials(), mask)) {
            throw Errno.EACCES.exception();
        }
        return queue;
    }

    private Mqueue make(Task task, String name, int mode, boolean sized, long messages, long size) {
        Credentials who = task.credentials();
        if (!fs.root.permits(who, Permissions.MAY_WRITE | Permissions.MAY_EXEC)) {
            throw Errno.EACCES.exception();
        }
        return sized
                ? fs.root.create(name, mode, who, messages, size)
                : (Mqueue) fs.root.create(name, umlaut.abi.Mode.S_IFREG | mode, 0, who);
    }

    private long unlink(Task task, String name) {
        checked(name);
        fs.root.lock.lock();
        Inode victim;
        try {
            victim = fs.root.lookup(name);
            if (victim == null) {
                return Errno.ENOENT.negative();
            }
            Permissions.requireDelete(fs.root, victim, task.credentials(), false);
            fs.root.unlink(name, victim);
        } finally {
            fs.root.lock.unlock();
        }
        victim.evictIfUnused();
        return 0;
    }

    // --- messages ---

    /** @return when a time of the real-time clock is on the monotonic one */
    private static long deadline(Task task, long timeout) {
        if (timeout == 0) {
            return Blocking.FOREVER;
        }
        MemorySegment time = task.memory.struct(timeout, Timespec.SIZE);
        if (!Timespec.isValid(time, 0)) {
            throw Errno.EINVAL.exception();
        }
        long at = Timespec.toNs(time, 0);
        return at == Long.MAX_VALUE
                ? Blocking.FOREVER
                : at - task.kernel.clock.realtimeNs() + task.kernel.clock.monotonicNs();
    }

    private static MqueueFile hold(Task task, int fd) {
        File file = task.files().hold(fd);
        if (file instanceof MqueueFile queue) {
            return queue;
        }
        file.release();
        throw Errno.EBADF.exception();
    }

    private static long send(Task task, int fd, long address, long length, int priority, long timeout) {
        long deadline = deadline(task, timeout);
        if (Integer.compareUnsigned(priority, Mqueue.PRIORITIES) >= 0) {
            return Errno.EINVAL.negative();
        }
        MqueueFile file = hold(task, fd);
        try {
            Mqueue queue = file.queue;
            if (!file.writable()) {
                return Errno.EBADF.negative();
            }
            if (Long.compareUnsigned(length, queue.mostSize) > 0) {
                return Errno.EMSGSIZE.negative();
            }
            byte[] text = task.memory.bytes(address, (int) length);
            BlockingOp op = () -> queue.trySend(task, text, priority);
            if (file.nonBlocking()) {
                long result = op.attempt();
                return result == BlockingOp.WOULD_BLOCK ? Errno.EAGAIN.negative() : result;
            }
            return Blocking.run(task, table -> table.add(queue.writers), op, deadline);
        } finally {
            file.release();
        }
    }

    private static long receive(Task task, int fd, long address, long length, long priority, long timeout) {
        long deadline = deadline(task, timeout);
        MqueueFile file = hold(task, fd);
        Mqueue.Message[] got = new Mqueue.Message[1];
        try {
            Mqueue queue = file.queue;
            if (!file.readable()) {
                return Errno.EBADF.negative();
            }
            if (Long.compareUnsigned(length, queue.mostSize) < 0) {
                return Errno.EMSGSIZE.negative();
            }
            long result = file.nonBlocking() ? take(queue, got) : await(task, queue, got, deadline);
            if (result != 0) {
                return result == BlockingOp.WOULD_BLOCK ? Errno.EAGAIN.negative() : result;
            }
        } finally {
            file.release();
        }
        if (priority != 0) {
            task.memory.putInt(priority, got[0].priority());
        }
        task.memory.putBytes(address, got[0].text());
        return got[0].text().length;
    }

    private static long take(Mqueue queue, Mqueue.Message[] got) {
        Mqueue.Message message = queue.tryReceive();
        if (message == null) {
            return BlockingOp.WOULD_BLOCK;
        }
        got[0] = message;
        return 0;
    }

    private static long await(Task task, Mqueue queue, Mqueue.Message[] got, long deadline) {
        queue.receiving(1);
        try {
            return Blocking.run(task, table -> table.add(queue.readers), () -> take(queue, got), deadline);
        } finally {
            queue.receiving(-1);
        }
    }

    // --- notification and attributes ---

    private static long notify(Task task, int fd, long event) {
        int kind = 0;
        int signal = 0;
        long value = 0;
        Mqueue.Cookie cookie = null;
        if (event != 0) {
            MemorySegment in = task.memory.struct(event, Sigevent.SIZE);
            kind = Le.getInt(in, Sigevent.SIGEV_NOTIFY);
            signal = Le.getInt(in, Sigevent.SIGEV_SIGNO);
            value = Le.getLong(in, Sigevent.SIGEV_VALUE);
            checkKind(kind, signal);
            cookie = kind == Mqueue.SIGEV_THREAD ? cookie(task, signal, value) : null;
        }
        MqueueFile file = hold(task, fd);
        try {
            if (event == 0) {
                file.queue.unwatch(task.group);
                return 0;
            }
            return file.queue.watch(task.group, kind, signal, value, cookie);
        } finally {
            file.release();
        }
    }

    private static void checkKind(int kind, int signal) {
        boolean bySignal = kind == Mqueue.SIGEV_SIGNAL;
        if (kind != Mqueue.SIGEV_NONE && !bySignal && kind != Mqueue.SIGEV_THREAD) {
            throw Errno.EINVAL.exception();
        }
        if (bySignal && (signal < 0 || signal > Signal.SIGRTMAX)) {
            throw Errno.EINVAL.exception();
        }
    }

    /** SIGEV_THREAD: sigev_signo is a netlink socket of the C library's, sigev_value what it wants to hear there. */
    private static Mqueue.Cookie cookie(Task task, int socket, long address) {
        byte[] bytes = task.memory.bytes(address, COOKIE_SIZE);
        File file = task.files().get(socket);
        if (!Mode.isSocket(file.inode().mode)) {
            throw Errno.ENOTSOCK.exception();
        }
        if (!(file instanceof NotifySocket to)) {
            throw Errno.EINVAL.exception();
        }
        return new Mqueue.Cookie(to, bytes);
    }

    private static long attributes(Task task, int fd, long fresh, long old) {
        int flags = 0;
        if (fresh != 0) {
            long given = Le.getLong(task.memory.struct(fresh, MqAttr.SIZE), MqAttr.MQ_FLAGS);
            if ((given & ~OpenFlags.O_NONBLOCK) != 0) {
                return Errno.EINVAL.negative();
            }
            flags = (int) given;
        }
        MqueueFile file = hold(task, fd);
        try {
            MemorySegment out = task.memory.build(MqAttr.SIZE);
            Le.putLong(out, MqAttr.MQ_FLAGS, file.flags() & OpenFlags.O_NONBLOCK);
            Le.putLong(out, MqAttr.MQ_MAXMSG, file.queue.mostMessages);
            Le.putLong(out, MqAttr.MQ_MSGSIZE, file.queue.mostSize);
            Le.putLong(out, MqAttr.MQ_CURMSGS, file.queue.count());
            if (fresh != 0) {
                file.setFlags(file.flags() & ~OpenFlags.O_NONBLOCK | flags);
            }
            if (old != 0) {
                task.memory.write(old, out);
            }
            return 0;
        } catch (ErrnoException e) {
            return e.errno().negative();
        } finally {
            file.release();
        }
    }
}
