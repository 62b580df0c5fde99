package umlaut.kernel.mqueue;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Poll;
import umlaut.abi.SiCode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.task.UserTable;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.WaitQueue;

/** A queue: an inode of the message queue file system, and its messages by priority and age. Its monitor guards messages and notification. */
final class Mqueue extends Inode {
    /** How a process is told of a message (struct sigevent). */
    static final int SIGEV_SIGNAL = 0, SIGEV_NONE = 1, SIGEV_THREAD = 2;

    /** What stat(2) shows as size, whatever read(2) finds. */
    private static final int SHOWN_SIZE = 80;
    /** What Linux counts for a message besides its bytes, and for each priority in use. */
    private static final int MESSAGE_COST = 48, PRIORITY_COST = 48;

    static final int PRIORITIES = 32768;

    /** One message. @param order counts up: the older of the same priority comes first */
    record Message(int priority, long order, byte[] text) {}

    final long mostMessages;
    final long mostSize;
    private final UserTable.User payer;
    private final long cost;

    /** Somebody may read, or may write. */
    final WaitQueue readers = new WaitQueue();

    final WaitQueue writers = new WaitQueue();

    @GuardedBy("this") private final TreeSet<Message> messages =
            new TreeSet<>(Comparator.comparingInt((Message m) -> -m.priority).thenComparingLong(m -> m.order));

    @GuardedBy("this") private long orders;

    @GuardedBy("this") private long bytes;

    /** Tasks asleep in mq_timedreceive(3): a message for them is not announced. */
    @GuardedBy("this") private int receiving;

    /** NOTIFY_WOKENUP, NOTIFY_REMOVED: the last byte of a cookie says what has happened. */
    private static final byte WOKEN_UP = 1, REMOVED = 2;

    /** What mq_notify(2) with SIGEV_THREAD has left here. */
    record Cookie(NotifySocket socket, byte[] bytes) {
        private void send(byte what) {
            byte[] news = bytes.clone();
            news[news.length - 1] = what;
            socket.deliverCookie(news);
        }
    }

    @GuardedBy("this") private @Nullable ThreadGroup notified;

    @GuardedBy("this") private int notifyKind;

    @GuardedBy("this") private int notifySignal;

    @GuardedBy("this") private long notifyValue;

    /** With SIGEV_THREAD: where news goes, and what. */
    @GuardedBy("this") private @Nullable Cookie notifyCookie;

    Mqueue(MqueueFs fs, long ino, int mode, long mostMessages, long mostSize, UserTable.User payer) {
        super(fs, ino, mode);
        this.mostMessages = mostMessages;
        this.mostSize = mostSize;
        this.payer = payer;
        this.cost = cost(mostMessages, mostSize);
        size = SHOWN_SIZE;
    }

    /** What a queue counts for RLIMIT_MSGQUEUE, bytes. */
    static long cost(long messages, long size) {
        return messages * MESSAGE_COST + Math.min(messages, PRIORITIES) * PRIORITY_COST + messages * size;
    }

    void init(Inode directory, Credentials owner, long now) {
        own(directory, owner, now);
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new MqueueFile(this, path, flags, task == null ? Credentials.ROOT : task.credentials());
    }

    @Override
    public void evict() {
        payer.messageQueueBytes.addAndGet(-cost);
    }

    private long now() {
        return ((MqueueFs) superBlock).kernel.clock.realtimeNs();
    }

    // --- messages ---

    /** @return 0, or WOULD_BLOCK when it is full */
    long trySend(Task sender, byte[] text, int priority) {
        SigInfo news = null;
        ThreadGroup to = null;
        Cookie cookie = null;
        synchronized (this) {
            if (messages.size() >= mostMessages) {
                return BlockingOp.WOULD_BLOCK;
            }
            messages.add(new Message(priority, orders++, text));
            bytes += text.length;
            if (messages.size() == 1 && receiving == 0 && notified != null) {
                to = notifyKind == SIGEV_SIGNAL && notifySignal != 0 ? notified : null;
                news = SigInfo.queued(
                        Math.max(notifySignal, 1),
                        SiCode.SI_MESGQ,
                        sender.group.tgid,
                        sender.credentials().uid(),
                        notifyValue);
                notified = null;
                cookie = takeCookie();
            }
        }
        if (cookie != null) {
            cookie.send(WOKEN_UP);
        }
        touched();
        readers.wakeAll(Poll.POLLIN | Poll.POLLRDNORM);
        if (to != null && news != null) {
            Signals.send(to, news);
        }
        return 0;
    }

    private void touched() {
        long now = now();
        atime = now;
        mtime = now;
        ctime = now;
    }

    /** The message next in line, taken out; or null. */
    @Nullable Message tryReceive() {
        Message first;
        synchronized (this) {
            first = messages.pollFirst();
            if (first == null) {
                return null;
            }
            bytes -= first.text.length;
        }
        touched();
        writers.wakeAll(Poll.POLLOUT | Poll.POLLWRNORM);
        return first;
    }

    synchronized void receiving(int more) {
        receiving += more;
    }

    synchronized int count() {
        return messages.size();
    }

    int pollState() {
        int count = count();
        return (count > 0 ? Poll.POLLIN | Poll.POLLRDNORM : 0)
                | (count < mostMessages ? Poll.POLLOUT | Poll.POLLWRNORM : 0);
    }

    // --- notification ---

    /** @return 0, or -EBUSY when somebody waits for news already */
    synchronized long watch(ThreadGroup who, int kind, int signal, long value, @Nullable Cookie cookie) {
        if (notified != null) {
            return Errno.EBUSY.negative();
        }
        notified = who;
        notifyKind = kind;
        notifySignal = signal;
        notifyValue = value;
        notifyCookie = cookie;
        return 0;
    }

    /** This process waits no longer. */
    void unwatch(ThreadGroup who) {
        Cookie cookie;
        synchronized (this) {
            if (notified != who) {
                return;
            }
            notified = null;
            cookie = takeCookie();
        }
        if (cookie != null) {
            cookie.send(REMOVED);
        }
    }

    @GuardedBy("this") private @Nullable Cookie takeCookie() {
        Cookie taken = notifyCookie;
        notifyCookie = null;
        return taken;
    }

    /** What read(2) finds. */
    synchronized String text() {
        ThreadGroup who = notified;
        boolean bySignal = who != null && notifyKind == SIGEV_SIGNAL;
        return String.format(
                "QSIZE:%-10d NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d%n",
                bytes, who == null ? 0 : notifyKind, bySignal ? notifySignal : 0, who == null ? 0 : who.tgid);
    }
}
