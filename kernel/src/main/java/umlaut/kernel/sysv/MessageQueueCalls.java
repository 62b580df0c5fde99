package umlaut.kernel.sysv;

import java.lang.foreign.MemorySegment;
import java.util.List;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.IpcConst;
import umlaut.abi.Le;
import umlaut.abi.Msginfo;
import umlaut.abi.MsqidDs;
import umlaut.kernel.signal.Restart;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.Blocking;
import umlaut.kernel.wait.BlockingOp;

/** msgget(2), msgsnd(2), msgrcv(2), msgctl(2) (Linux: ipc/msg.c). */
final class MessageQueueCalls {
    private final IpcSettings settings;
    private final IpcTable<MessageQueue> table;

    MessageQueueCalls(IpcSettings settings) {
        this.settings = settings;
        this.table = new IpcTable<>(settings.msgmni, settings.nextQueue);
    }

    List<MessageQueue> all() {
        return table.all();
    }

    long get(Task task, int key, int flags) {
        return table.get(
                task, key, flags, found -> {}, () -> new MessageQueue(task, key, flags, settings.msgmnb.get()));
    }

    long send(Task task, int id, long address, long size, int flags) {
        long type = task.memory.getLong(address);
        if (size < 0 || size > settings.msgmax.get() || id < 0 || type < 1) {
            return Errno.EINVAL.negative();
        }
        MessageQueue.Message message = new MessageQueue.Message(type, task.memory.bytes(address + 8, (int) size));
        MessageQueue queue = table.find(id);
        long result = Blocking.run(
                task, t -> t.add(queue.senders), () -> trySend(task, queue, message, flags), Blocking.FOREVER);
        return interrupted(result);
    }

    private static long interrupted(long result) {
        return result == -Restart.ERESTARTSYS ? -Restart.ERESTARTNOHAND : result;
    }

    private static long trySend(Task task, MessageQueue queue, MessageQueue.Message message, int flags) {
        synchronized (queue) {
            if (queue.removed) {
                return Errno.EIDRM.negative();
            }
            queue.require(task, IpcObject.WRITE);
            if (queue.bytes + message.text().length > queue.limit || queue.messages.size() >= queue.limit) {
                return (flags & IpcConst.IPC_NOWAIT) != 0 ? Errno.EAGAIN.negative() : BlockingOp.WOULD_BLOCK;
            }
            queue.messages.add(message);
            queue.bytes += message.text().length;
            queue.lastSender = task.group.tgid;
            queue.sendTime = queue.now();
        }
        queue.receivers.wakeAll(0);
        return 0;
    }

    long receive(Task task, int id, long address, long size, long type, int flags) {
        if (id < 0 || size < 0) {
            return Errno.EINVAL.negative();
        }
        boolean copy = (flags & IpcConst.MSG_COPY) != 0;
        if (copy && ((flags & IpcConst.MSG_EXCEPT) != 0 || (flags & IpcConst.IPC_NOWAIT) == 0)) {
            return Errno.EINVAL.negative();
        }
        MessageQueue queue = table.find(id);
        Received to = new Received();
        long result = Blocking.run(
                task,
                t -> t.add(queue.receivers),
                () -> tryReceive(task, queue, size, type, flags, to),
                Blocking.FOREVER);
        MessageQueue.Message got = to.message;
        if (result != 0 || got == null) {
            return interrupted(result);
        }
        int length = (int) Math.min(size, got.text().length);
        task.memory.putLong(address, got.type());
        task.memory.putBytes(
                address + 8, length == got.text().length ? got.text() : java.util.Arrays.copyOf(got.text(), length));
        return length;
    }

    private static final class Received {
        MessageQueue.@org.jspecify.annotations.Nullable Message message;
    }

    private static long tryReceive(Task task, MessageQueue queue, long size, long type, int flags, Received to) {
        synchronized (queue) {
            if (queue.removed) {
                return Errno.EIDRM.negative();
            }
            queue.require(task, IpcObject.READ);
            MessageQueue.Message message = queue.choose(type, flags);
            if (message == null) {
                return (flags & IpcConst.IPC_NOWAIT) != 0 ? Errno.ENOMSG.negative() : BlockingOp.WOULD_BLOCK;
            }
            if (message.text().length > size && (flags & IpcConst.MSG_NOERROR) == 0) {
                return Errno.E2BIG.negative();
            }
            to.message = message;
            if ((flags & IpcConst.MSG_COPY) != 0) {
                return 0;
            }
            queue.take(message);
            queue.lastReceiver = task.group.tgid;
            queue.receiveTime = queue.now();
        }
        queue.senders.wakeAll(0);
        return 0;
    }

    long control(Task task, int id, int command, long buffer) {
        if (id < 0) {
            return Errno.EINVAL.negative();
        }
        switch (command & ~IpcConst.IPC_64) {
            case IpcConst.IPC_INFO, IpcConst.MSG_INFO -> {
                return info(task, buffer, (command & ~IpcConst.IPC_64) == IpcConst.MSG_INFO);
            }
            case IpcConst.IPC_STAT -> {
                return stat(task, table.find(id), buffer, true, 0);
            }
            case IpcConst.MSG_STAT -> {
                MessageQueue queue = table.atPlace(id);
                return stat(task, queue, buffer, true, queue.id);
            }
            case IpcConst.MSG_STAT_ANY -> {
                MessageQueue queue = table.atPlace(id);
                return stat(task, queue, buffer, false, queue.id);
            }
            case IpcConst.IPC_SET -> {
                MemorySegment in = task.memory.struct(buffer, MsqidDs.SIZE);
                return set(task, table.find(id), in);
            }
            case IpcConst.IPC_RMID -> {
                MessageQueue queue = table.find(id);
                queue.requireOwner(task);
                synchronized (queue) {
                    queue.removed = true;
                }
                table.remove(queue);
                queue.senders.wakeAll(0);
                queue.receivers.wakeAll(0);
                return 0;
            }
            default -> {
                return Errno.EINVAL.negative();
            }
        }
    }

    private long set(Task task, MessageQueue queue, MemorySegment in) {
        queue.requireOwner(task);
        long limit = Le.getLong(in, MsqidDs.MSG_QBYTES);
        if (Long.compareUnsigned(limit, settings.msgmnb.get()) > 0
                && !task.credentials().capable(Capability.CAP_SYS_RESOURCE)) {
            return Errno.EPERM.negative();
        }
        synchronized (queue) {
            queue.limit = limit;
            queue.set(in, MsqidDs.MSG_PERM);
        }
        queue.senders.wakeAll(0);
        return 0;
    }

    private static long stat(Task task, MessageQueue queue, long buffer, boolean check, long result) {
        if (check) {
            queue.require(task, IpcObject.READ);
        }
        MemorySegment out = task.memory.build(MsqidDs.SIZE);
        synchronized (queue) {
            queue.put(out, MsqidDs.MSG_PERM);
            Le.putLong(out, MsqidDs.MSG_STIME, queue.sendTime);
            Le.putLong(out, MsqidDs.MSG_RTIME, queue.receiveTime);
            Le.putLong(out, MsqidDs.MSG_CTIME, queue.ctime);
            Le.putLong(out, MsqidDs.MSG_CBYTES, queue.bytes);
            Le.putLong(out, MsqidDs.MSG_QNUM, queue.messages.size());
            Le.putLong(out, MsqidDs.MSG_QBYTES, queue.limit);
            Le.putInt(out, MsqidDs.MSG_LSPID, task.pidSeen(queue.lastSender));
            Le.putInt(out, MsqidDs.MSG_LRPID, task.pidSeen(queue.lastReceiver));
        }
        task.memory.write(buffer, out);
        return result;
    }

    private long info(Task task, long buffer, boolean usage) {
        int queues = 0;
        int count = 0;
        long bytes = 0;
        for (MessageQueue queue : table.all()) {
            queues++;
            synchronized (queue) {
                count += queue.messages.size();
                bytes += queue.bytes;
            }
        }
        MemorySegment out = task.memory.build(Msginfo.SIZE);
        int pool = IpcConst.MSGMNI * (IpcConst.MSGMNB / 1024);
        Le.putInt(out, Msginfo.MSGPOOL, usage ? queues : pool);
        Le.putInt(out, Msginfo.MSGMAP, usage ? count : IpcConst.MSGMNB);
        Le.putInt(out, Msginfo.MSGMAX, (int) settings.msgmax.get());
        Le.putInt(out, Msginfo.MSGMNB, (int) settings.msgmnb.get());
        Le.putInt(out, Msginfo.MSGMNI, (int) settings.msgmni.get());
        Le.putInt(out, Msginfo.MSGSSZ, 16);
        Le.putInt(out, Msginfo.MSGTQL, usage ? (int) bytes : IpcConst.MSGMNB);
        Le.putShort(out, Msginfo.MSGSEG, 0xffff);
        task.memory.write(buffer, out);
        return table.highestPlace();
    }
}
