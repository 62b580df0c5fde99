package umlaut.kernel.mqueue;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.DirentType;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.Rlimit;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.UserTable;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** The only directory: names of queues. Guarded by {@link #lock}. */
final class MqueueDirectory extends Inode {
    /** What the directory grows by for a name. */
    private static final int NAME_SIZE = 20;

    private record Entry(Mqueue queue, long place) {}

    private final MqueueFs fs;
    private final TreeMap<String, Entry> names = new TreeMap<>();
    private long places = 2;

    MqueueDirectory(MqueueFs fs) {
        super(fs, 1, Mode.S_IFDIR | Mode.S_ISVTX | 0777);
        this.fs = fs;
        nlink = 2;
        size = 2 * NAME_SIZE;
        long now = fs.kernel.clock.realtimeNs();
        atime = now;
        mtime = now;
        ctime = now;
        btime = now;
    }

    @Override
    public @Nullable Inode lookup(String name) {
        Entry entry = names.get(name);
        return entry == null ? null : entry.queue;
    }

    /** By a name in the file system: a queue of the default size. */
    @Override
    public Inode create(String name, int mode, long device, Credentials owner) {
        if (!Mode.isRegular(mode)) {
            throw Errno.EPERM.exception();
        }
        MqueueLimits limits = fs.limits;
        return create(
                name,
                mode,
                owner,
                Math.min(limits.mostMessages.get(), limits.defaultMessages.get()),
                Math.min(limits.mostSize.get(), limits.defaultSize.get()));
    }

    /** @throws umlaut.abi.ErrnoException ENOSPC, EINVAL, EMFILE */
    Mqueue create(String name, int mode, Credentials owner, long messages, long messageSize) {
        MqueueLimits limits = fs.limits;
        boolean privileged = owner.capable(Capability.CAP_SYS_RESOURCE);
        if (names.size() >= limits.mostQueues.get() && !privileged) {
            throw Errno.ENOSPC.exception();
        }
        long mostMessages = privileged ? MqueueLimits.HARD_MESSAGES : limits.mostMessages.get();
        long mostSize = privileged ? MqueueLimits.HARD_SIZE : limits.mostSize.get();
        if (messages <= 0 || messageSize <= 0 || messages > mostMessages || messageSize > mostSize) {
            throw Errno.EINVAL.exception();
        }
        UserTable.User payer = pay(owner, Mqueue.cost(messages, messageSize));
        Mqueue queue = new Mqueue(fs, fs.nextInode(), Mode.S_IFREG | mode & 0777, messages, messageSize, payer);
        long now = fs.kernel.clock.realtimeNs();
        queue.init(this, owner, now);
        names.put(name, new Entry(queue, places++));
        changed(NAME_SIZE, now);
        return queue;
    }

    private UserTable.User pay(Credentials owner, long cost) {
        Kernel kernel = fs.kernel;
        Task task = kernel.current();
        long limit = task == null ? -1 : task.group.limits.soft(Rlimit.RLIMIT_MSGQUEUE);
        UserTable.User payer = kernel.users.of(owner.uid());
        if (Long.compareUnsigned(payer.messageQueueBytes.addAndGet(cost), limit) > 0) {
            payer.messageQueueBytes.addAndGet(-cost);
            throw Errno.EMFILE.exception();
        }
        return payer;
    }

    private void changed(int bytes, long now) {
        size += bytes;
        mtime = now;
        ctime = now;
        atime = now;
    }

    @Override
    public void unlink(String name, Inode victim) {
        if (names.remove(name) == null) {
            throw Errno.ENOENT.exception();
        }
        changed(-NAME_SIZE, fs.kernel.clock.realtimeNs());
        victim.nlink = 0;
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new Listing(path, flags, task == null ? Credentials.ROOT : task.credentials());
    }

    /** Positions: 0 ".", 1 "..", then each name's place. */
    private final class Listing extends File {
        Listing(Path path, int flags, Credentials credentials) {
            super(path, flags, credentials);
        }

        @Override
        public Inode inode() {
            return MqueueDirectory.this;
        }

        @Override
        public boolean seekable() {
            return true;
        }

        @Override
        public void readDirectory(Task task, DirectorySink sink) {
            if (!sink.addDots(ino, ino)) {
                return;
            }
            lock.lock();
            try {
                long from = sink.behindDots();
                names.entrySet().stream()
                        .filter(e -> e.getValue().place >= from)
                        .sorted((a, b) -> Long.compare(a.getValue().place, b.getValue().place))
                        .takeWhile(e ->
                                sink.add(e.getKey(), e.getValue().queue.ino, DirentType.DT_REG, e.getValue().place + 1))
                        .forEach(e -> {});
            } finally {
                lock.unlock();
            }
        }
    }
}
