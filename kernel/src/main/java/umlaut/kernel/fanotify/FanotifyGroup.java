package umlaut.kernel.fanotify;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.FanotifyFlags;
import umlaut.abi.Ioctl;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.kernel.ipc.Descriptors;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.PidFile;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.PollTable;
import umlaut.kernel.wait.WaitQueue;

/** A fanotify group as an open file: the events not yet read and those not yet answered (fs/notify/fanotify/fanotify_user.c). The monitor guards both; it is a leaf. */
final class FanotifyGroup extends File {
    /** A new event is compared with so many of the last ones (FANOTIFY_MAX_MERGE_EVENTS). */
    private static final int MERGE_DEPTH = 128;

    final int initFlags;
    final UserNamespace userNs;
    /** Made by somebody without CAP_SYS_ADMIN: it is not told who did what. */
    private final boolean unprivileged;

    private final int fileFlags;
    private final FanotifyHub hub;
    private final Inode inode;
    private final WaitQueue readers = new WaitQueue();
    private final WaitQueue askers = new WaitQueue();

    @GuardedBy("this") private final ArrayDeque<FanotifyEvent> events = new ArrayDeque<>();

    /** Read, and to be answered. */
    @GuardedBy("this") private final List<FanotifyEvent> asked = new ArrayList<>();

    @GuardedBy("this") private boolean overflowed;

    @GuardedBy("this") private boolean ended;

    FanotifyGroup(FanotifyHub hub, Task task, int initFlags, int fileFlags, boolean admin, Inode inode) {
        super(
                null,
                OpenFlags.O_RDWR | ((initFlags & FanotifyFlags.FAN_NONBLOCK) != 0 ? OpenFlags.O_NONBLOCK : 0),
                task.credentials());
        this.hub = hub;
        this.initFlags = initFlags;
        this.fileFlags = fileFlags;
        this.userNs = task.credentials().userNs();
        this.unprivileged = !admin;
        this.inode = inode;
    }

    boolean has(int flag) {
        return (initFlags & flag) != 0;
    }

    /** FAN_REPORT_FID and its like. */
    int fids() {
        return initFlags & FanotifyFamily.FID_BITS;
    }

    /** FAN_CLASS_*, which come in order of their numbers. */
    int priority() {
        return initFlags & (FanotifyFlags.FAN_CLASS_CONTENT | FanotifyFlags.FAN_CLASS_PRE_CONTENT);
    }

    // --- events ---

    /** Queues an event, or makes it part of one that waits. */
    void queue(FanotifyEvent event) {
        synchronized (this) {
            if (ended || merged(event)) {
                return;
            }
            if (events.size() >= hub.maxEvents(this)) {
                if (event.asks()) {
                    event.answer = FanotifyFlags.FAN_DENY;
                    return;
                }
                if (overflowed) {
                    return;
                }
                overflowed = true;
                events.addLast(new FanotifyEvent(FanotifyFlags.FAN_Q_OVERFLOW, FanotifyEvent.Subject.NONE, null));
            } else if (event.hold()) {
                events.addLast(event);
            } else {
                event.answer = FanotifyFlags.FAN_ALLOW;
                return;
            }
        }
        readers.wake(Poll.POLLIN | Poll.POLLRDNORM);
    }

    @GuardedBy("this") private boolean merged(FanotifyEvent event) {
        int looked = 0;
        var newest = events.descendingIterator();
        while (newest.hasNext() && looked++ < MERGE_DEPTH) {
            FanotifyEvent waiting = newest.next();
            if (waiting.takes(event, has(FanotifyFlags.FAN_REPORT_TID))) {
                waiting.mask |= event.mask;
                return true;
            }
        }
        return false;
    }

    /** Asks, and waits for the answer. @return 0 or the errno to fail with; 0 too when the asker is killed meanwhile */
    int ask(Task task, FanotifyEvent event) {
        queue(event);
        long killed = Blocking.runKillable(
                task, table -> table.add(askers), () -> event.answer == 0 && !isEnded() ? BlockingOp.WOULD_BLOCK : 0);
        if (killed != 0) {
            synchronized (this) {
                if (events.remove(event) | asked.remove(event)) {
                    event.unhold();
                }
            }
            return Errno.EPERM.number();
        }
        if ((event.answer & FanotifyFlags.FAN_DENY) == 0) {
            return 0;
        }
        int errno = event.answer >>> FanotifyFlags.ERRNO_SHIFT;
        return errno == 0 ? Errno.EPERM.number() : errno;
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    // --- reading ---

    @Override
    public long read(Task task, IovIter to, long offset) {
        long moved = 0;
        while (true) {
            FanotifyEvent event;
            synchronized (this) {
                event = events.peekFirst();
                if (event == null) {
                    return moved > 0 ? moved : BlockingOp.WOULD_BLOCK;
                }
                if (new EventLayout(this, event).length() > to.remaining()) {
                    return moved > 0 ? moved : Errno.EINVAL.negative();
                }
                events.removeFirst();
                overflowed &= (event.mask & FanotifyFlags.FAN_Q_OVERFLOW) == 0;
            }
            long result;
            try {
                result = deliver(task, event, to);
            } catch (ErrnoException e) {
                result = e.errno().negative();
            }
            finish(event, result > 0);
            if (result < 0) {
                return moved > 0 && result != Errno.EFAULT.negative() ? moved : result;
            }
            moved += result;
        }
    }

    private void finish(FanotifyEvent event, boolean delivered) {
        if (event.asks()) {
            if (delivered) {
                synchronized (this) {
                    asked.add(event);
                }
                return;
            }
            answer(event, FanotifyFlags.FAN_DENY);
        }
        event.unhold();
    }

    /** copy_event_to_user. */
    private long deliver(Task task, FanotifyEvent event, IovIter to) {
        Path path = event.subject.path();
        if (path != null) {
            event.fd = open(task, path);
        }
        Task by = event.by;
        int pid = by == null ? 0 : pid(task, by);
        int pidfd = has(FanotifyFlags.FAN_REPORT_PIDFD) ? openPidfd(task, by, pid) : FanotifyFlags.FAN_NOPIDFD;
        MemorySegment out = new EventLayout(this, event).write(pid, pidfd);
        long length = out.byteSize();
        if (to.copyOut(out, 0, length) < length) {
            close(task, event.fd);
            close(task, pidfd);
            return Errno.EFAULT.negative();
        }
        return length;
    }

    /** What the reader calls who did it; 0: it is not told, or does not see it. */
    private int pid(Task task, Task by) {
        if (unprivileged && by.group != task.group) {
            return 0;
        }
        return task.pidSeen(has(FanotifyFlags.FAN_REPORT_TID) ? by.tid : by.group.tgid);
    }

    private int open(Task task, Path path) {
        try {
            File file = task.kernel.vfs.openQuietly(task, path, fileFlags & ~OpenFlags.O_CLOEXEC);
            return Descriptors.install(task, file, (fileFlags & OpenFlags.O_CLOEXEC) != 0);
        } catch (ErrnoException e) {
            if (has(FanotifyFlags.FAN_REPORT_FD_ERROR)) {
                return (int) e.errno().negative();
            }
            throw e;
        }
    }

    private int openPidfd(Task task, @Nullable Task by, int pid) {
        long fd = Errno.ESRCH.negative();
        if (pid != 0 && by != null && task.findTask(pid) == by.group.leader()) {
            fd = PidFile.install(task, by.group, null, 0);
        }
        if (fd >= 0 || has(FanotifyFlags.FAN_REPORT_FD_ERROR)) {
            return (int) fd;
        }
        return fd == Errno.ESRCH.negative() ? FanotifyFlags.FAN_NOPIDFD : FanotifyFlags.FAN_EPIDFD;
    }

    private static void close(Task task, int fd) {
        if (fd >= 0) {
            task.files().close(task, fd);
        }
    }

    // --- answering ---

    @Override
    public long write(Task task, IovIter from, long offset) {
        long count = from.remaining();
        if (count < FanotifyFlags.RESPONSE_SIZE) {
            return Errno.EINVAL.negative();
        }
        return FanotifyResponse.take(this, from, count);
    }

    /** @return false when nobody has asked by that descriptor */
    boolean answer(int fd, int response) {
        FanotifyEvent found = null;
        synchronized (this) {
            for (FanotifyEvent event : asked) {
                if (event.fd == fd) {
                    found = event;
                    break;
                }
            }
            if (found == null) {
                return false;
            }
            asked.remove(found);
        }
        answer(found, response);
        found.unhold();
        return true;
    }

    private void answer(FanotifyEvent event, int response) {
        event.answer = response;
        askers.wakeAll(0);
    }

    // --- as a file ---

    @Override
    public synchronized int poll(PollTable table) {
        table.add(readers);
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
        int bytes;
        synchronized (this) {
            bytes = events.size() * FanotifyFlags.METADATA_SIZE;
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
        hub.end(this);
        List<FanotifyEvent> left;
        synchronized (this) {
            ended = true;
            left = new ArrayList<>(events);
            left.addAll(asked);
            events.clear();
            asked.clear();
        }
        for (FanotifyEvent event : left) {
            answer(event, FanotifyFlags.FAN_ALLOW);
            event.unhold();
        }
        askers.wakeAll(0);
    }

    @Override
    public String anonymousName() {
        return "anon_inode:[fanotify]";
    }

    @Override
    public String fdInfo() {
        return String.format("fanotify flags:%x event-flags:%x%n", initFlags, fileFlags) + hub.fdInfo(this);
    }
}
