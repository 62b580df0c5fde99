package umlaut.kernel.sysv;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import umlaut.abi.IpcConst;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.WaitQueue;

/** A message queue (msgget(2); Linux: struct msg_queue). Guarded by its monitor. */
final class MessageQueue extends IpcObject {
    record Message(long type, byte[] text) {}

    final ArrayDeque<Message> messages = new ArrayDeque<>();
    final WaitQueue senders = new WaitQueue();
    final WaitQueue receivers = new WaitQueue();
    long bytes;
    long limit;
    long sendTime;
    long receiveTime;
    int lastSender;
    int lastReceiver;

    /** @param limit bytes */
    MessageQueue(Task task, int key, int mode, long limit) {
        super(task, key, mode);
        this.limit = limit;
    }

    /** The message that msgrcv(2) with this type and flags would take, or null. */
    @Nullable Message choose(long type, int flags) {
        if ((flags & IpcConst.MSG_COPY) != 0) {
            long left = type;
            for (Message m : messages) {
                if (left-- == 0) {
                    return m;
                }
            }
            return null;
        }
        Message best = null;
        for (Message m : messages) {
            if (type == 0) {
                return m;
            }
            if (type > 0) {
                if ((m.type == type) != ((flags & IpcConst.MSG_EXCEPT) != 0)) {
                    return m;
                }
            } else if (m.type <= -type && (best == null || m.type < best.type)) {
                best = m;
            }
        }
        return best;
    }

    /** Takes out exactly this one. */
    void take(Message message) {
        for (Iterator<Message> i = messages.iterator(); i.hasNext(); ) {
            if (i.next() == message) {
                i.remove();
                bytes -= message.text.length;
                return;
            }
        }
    }
}
