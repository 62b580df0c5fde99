package umlaut.kernel.ipc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InotifyEvent;
import umlaut.abi.InotifyFlags;
import umlaut.abi.Ioctl;
import umlaut.abi.Le;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;
import umlaut.kernel.wait.WaitQueue;

/** An inotify instance: its watches and the events not yet read (inotify(7), fs/notify/inotify/). The monitor guards both; it is taken before an inode's list of watches. */
final class Inotify extends File {
    /** @param name null: about the watched object itself */
    private record Event(
            int wd, int mask, int cookie, @Nullable String name) {
        /** Bytes of the name with its padding. */
        int nameLength() {
            return name == null ? 0 : name.length() + 16 & ~15;
        }

        int length() {
            return InotifyEvent.SIZE + nameLength();
        }
    }

    private final Inode inode;
    private final InotifyHub hub;
    private final WaitQueue waiters = new WaitQueue();

    @GuardedBy("this") private final ArrayDeque<Event> events = new ArrayDeque<>();

    @GuardedBy("this") private final Map<Integer, InotifyWatch> watches = new TreeMap<>();

    @GuardedBy("this") private int lastWd;

    private final long maxEvents;

    Inotify(InotifyHub hub, Inode inode, int flags, Credentials credentials, long maxEvents) {
        super(null, OpenFlags.O_RDONLY | flags, credentials);
        this.maxEvents = maxEvents;
        this.hub = hub;
        this.inode = inode;
    }

    // --- watches ---

    /** inotify_add_watch(2) once the object is found. @return the watch descriptor */
    synchronized int watch(Inode target, int mask) {
        for (InotifyWatch watch : watches.values()) {
            if (watch.inode == target) {
                if ((mask & InotifyFlags.IN_MASK_CREATE) != 0) {
                    throw Errno.EEXIST.exception();
                }
                int kept = (mask & InotifyFlags.IN_MASK_ADD) != 0 ? watch.mask : 0;
                watch.mask = kept | mask & InotifyWatch.KEPT;
                return watch.wd;
            }
        }
        hub.requireRoom();
        InotifyWatch watch = new InotifyWatch(this, ++lastWd, target, mask & InotifyWatch.KEPT);
        watches.put(watch.wd, watch);
        hub.add(watch);
        return watch.wd;
    }

    /** inotify_rm_watch(2). @throws umlaut.abi.ErrnoException EINVAL */
    void unwatch(int wd) {
        InotifyWatch watch;
        synchronized (this) {
            watch = watches.get(wd);
        }
        if (watch == null) {
            throw Errno.EINVAL.exception();
        }
        end(watch);
    }

    /** A watch ends: told by IN_IGNORED. */
    void end(InotifyWatch watch) {
        synchronized (this) {
            if (watches.remove(watch.wd) == null) {
                return;
            }
            hub.remove(watch);
        }
        queue(watch.wd, InotifyFlags.IN_IGNORED, 0, null);
    }

    // --- events ---

    void queue(int wd, int mask, int cookie, @Nullable String name) {
        Event event = new Event(wd, mask, cookie, name);
        synchronized (this) {
            // The same as the one before says nothing new.
            if (event.equals(events.peekLast())) {
                return;
            }
            if (events.size() >= maxEvents) {
                Event last = events.peekLast();
                if (last != null && last.mask == InotifyFlags.IN_Q_OVERFLOW) {
                    return;
                }
                event = new Event(-1, InotifyFlags.IN_Q_OVERFLOW, 0, null);
            }
            events.addLast(event);
        }
        waiters.wake(Poll.POLLIN | Poll.POLLRDNORM);
    }

    @Override
    public synchronized long read(Task task, IovIter to, long offset) {
        Event next = events.peekFirst();
        if (next == null) {
            return BlockingOp.WOULD_BLOCK;
        }
        if (next.length() > to.remaining()) {
            throw Errno.EINVAL.exception();
        }
        long moved = 0;
        while (next != null && next.length() <= to.remaining()) {
            int length = next.length();
            if (to.copyOut(layout(next), 0, length) < length) {
                return moved > 0 ? moved : Errno.EFAULT.negative();
            }
            moved += length;
            events.removeFirst();
            next = events.peekFirst();
        }
        return moved;
    }

    private static MemorySegment layout(Event event) {
        MemorySegment out = Arena.ofAuto().allocate(event.length(), 8);
        Le.putInt(out, InotifyEvent.WD, event.wd);
        Le.putInt(out, InotifyEvent.MASK, event.mask);
        Le.putInt(out, InotifyEvent.COOKIE, event.cookie);
        Le.putInt(out, InotifyEvent.LEN, event.nameLength());
        if (event.name != null) {
            Le.putBytes(out, InotifyEvent.NAME, event.name.getBytes(StandardCharsets.ISO_8859_1));
        }
        return out;
    }

    // --- as a file ---

    @Override
    public boolean hasData(boolean writing) {
        return !writing;
    }

    @Override
    public synchronized int poll(PollTable table) {
        table.add(waiters);
        return events.isEmpty() ? 0 : Poll.POLLIN | Poll.POLLRDNORM;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        if (command != Ioctl.FIONREAD) {
            return super.ioctl(task, command, argument);
        }
        int bytes = 0;
        synchronized (this) {
            for (Event event : events) {
                bytes += event.length();
            }
        }
        task.memory.putInt(argument, bytes);
        return 0;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    protected void onRelease() {
        List<InotifyWatch> left;
        synchronized (this) {
            left = new ArrayList<>(watches.values());
        }
        left.forEach(this::end);
        hub.ended(this);
    }

    @Override
    public String anonymousName() {
        return "anon_inode:inotify";
    }

    @Override
    public synchronized String fdInfo() {
        StringBuilder text = new StringBuilder();
        for (InotifyWatch watch : watches.values()) {
            text.append(String.format(
                    "inotify wd:%x ino:%x sdev:%x mask:%x ignored_mask:0%n",
                    watch.wd, watch.inode.ino, watch.inode.superBlock.device, watch.mask));
        }
        return text.toString();
    }
}
