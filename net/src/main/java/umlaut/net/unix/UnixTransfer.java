package umlaut.net.unix;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Poll;
import umlaut.abi.Signal;
import umlaut.abi.SockConst;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.Task;
import umlaut.kernel.wait.BlockingOp;
import umlaut.net.Control;
import umlaut.net.Message;
import umlaut.net.PeerCredentials;
import umlaut.net.unix.UnixSocket.State;

/** Sending and receiving on unix sockets (unix_stream_sendmsg and its like in net/unix/af_unix.c). */
final class UnixTransfer {
    private UnixTransfer() {}

    // --- streams ---

    static long sendStream(UnixSocket socket, Task task, Message message) {
        UnixSocket other = socket.peer;
        if (message.address != null) {
            throw (socket.state == State.CONNECTED ? Errno.EISCONN : Errno.EOPNOTSUPP).exception();
        }
        if (other == null || other.stream == null) {
            throw Errno.ENOTCONN.exception();
        }
        if (message.data.remaining() == 0) {
            return message.data.moved();
        }
        while (true) {
            if (socket.sendShut || other.receiveShut || other.dead) {
                return brokenPipe(task, message);
            }
            Control along = sentControl(socket, other, task, message.control);
            socket.network.collector.sending(message.control);
            long moved = other.stream.write(message.data, socket.options.sendBuffer, along);
            if (moved == Errno.EPIPE.negative()) {
                continue;
            }
            if (moved > 0 && message.control != null) {
                // The queue has it now.
                message.control = null;
            }
            if (message.data.remaining() == 0) {
                return message.data.moved();
            }
            if (moved == BlockingOp.WOULD_BLOCK) {
                boolean partial = message.has(SockConst.MSG_DONTWAIT) && message.data.moved() > 0;
                return partial ? message.data.moved() : moved;
            }
            if (moved < 0 || message.data.fault()) {
                return message.data.moved() > 0 ? message.data.moved() : moved;
            }
        }
    }

    private static long brokenPipe(Task task, Message message) {
        if (message.data.moved() > 0) {
            return message.data.moved();
        }
        if (!message.has(SockConst.MSG_NOSIGNAL)) {
            Signals.raise(task, Signal.SIGPIPE);
        }
        return Errno.EPIPE.negative();
    }

    /** What goes along: as given, with the sender's credentials if either end asks for such. */
    private static @Nullable Control sentControl(
            UnixSocket socket, UnixSocket other, Task task, @Nullable Control given) {
        boolean identity = socket.unixOptions.passesIdentity() || other.unixOptions.passesIdentity();
        if (!identity) {
            return given;
        }
        Control along = given == null ? new Control() : given;
        if (along.credentials == null) {
            along.credentials = PeerCredentials.ofSender(task);
        }
        return along;
    }

    static long receiveStream(UnixSocket socket, Message message) {
        if (socket.state != State.CONNECTED || socket.stream == null) {
            throw Errno.EINVAL.exception();
        }
        boolean peek = message.has(SockConst.MSG_PEEK);
        boolean all = message.has(SockConst.MSG_WAITALL) && !peek;
        while (true) {
            // Asked before the bytes: what is sent before the end must be seen before it.
            boolean ended = socket.receiveShut;
            if (tooFew(socket, message, ended)) {
                return BlockingOp.WOULD_BLOCK;
            }
            long before = socket.stream.available();
            long moved = socket.stream.read(message, socket.unixOptions.passesIdentity(), peek);
            if (moved == BlockingOp.WOULD_BLOCK) {
                return nothing(socket, message, ended);
            }
            if (moved < 0) {
                return message.data.moved() > 0 ? message.data.moved() : moved;
            }
            if (!peek) {
                wakeSender(socket, before, moved);
            }
            if (message.data.remaining() == 0 || message.control != null || !all || message.data.fault()) {
                return message.data.moved();
            }
        }
    }

    /** SO_RCVLOWAT asks for more than there is, and more may come. */
    private static boolean tooFew(UnixSocket socket, Message message, boolean ended) {
        int lowWater = socket.options.receiveLowWater;
        return lowWater > 1
                && !ended
                && socket.stream != null
                && message.data.moved() == 0
                && socket.stream.available() < Math.min(lowWater, message.data.remaining());
    }

    private static long nothing(UnixSocket socket, Message message, boolean ended) {
        if (message.data.moved() > 0 && (ended || message.has(SockConst.MSG_DONTWAIT))) {
            return message.data.moved();
        }
        int error = socket.takeError();
        if (error != 0) {
            return message.data.moved() > 0 ? message.data.moved() : -error;
        }
        return ended ? message.data.moved() : BlockingOp.WOULD_BLOCK;
    }

    private static void wakeSender(UnixSocket socket, long before, long moved) {
        UnixSocket sender = socket.peer;
        if (sender == null || socket.stream == null) {
            return;
        }
        int limit = sender.options.sendBuffer;
        // The sender may have added since: look at what is there now, as he looks at what we have taken.
        long now = socket.stream.available();
        if (now * 4 <= limit && (Math.max(before, now + moved) * 4 > limit)) {
            sender.writers.wake(Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND);
        }
    }

    // --- packets ---

    static long sendPacket(UnixSocket socket, Task task, Message message) {
        if (socket.type == SockConst.SOCK_SEQPACKET) {
            if (socket.state != State.CONNECTED) {
                throw Errno.ENOTCONN.exception();
            }
            message.address = null;
        }
        if (socket.unixOptions.passesIdentity() && socket.address() == null) {
            socket.autobind();
        }
        long length = message.data.remaining();
        if (length > socket.options.sendBuffer - 32L) {
            throw Errno.EMSGSIZE.exception();
        }
        if (socket.sendShut) {
            throw Errno.EPIPE.exception();
        }
        if (socket.charged() >= socket.options.sendBuffer) {
            return BlockingOp.WOULD_BLOCK;
        }
        UnixSocket other = destination(socket, task, message);
        long refused = refusal(socket, other, message);
        if (refused != 0) {
            return refused;
        }
        PacketQueue queue = other.packets;
        if (queue == null) {
            throw Errno.EPROTOTYPE.exception();
        }
        Control along = sentControl(socket, other, task, message.control);
        socket.network.collector.sending(message.control);
        long sent = queue.write(message, socket, along);
        if (sent >= 0) {
            message.control = null;
        }
        return sent;
    }

    private static UnixSocket destination(UnixSocket socket, Task task, Message message) {
        byte[] sockaddr = message.address;
        if (sockaddr == null) {
            UnixSocket peer = socket.peer;
            if (peer == null) {
                throw Errno.ENOTCONN.exception();
            }
            return peer;
        }
        UnixAddress target = UnixAddress.parse(sockaddr);
        if (target == null) {
            throw Errno.EINVAL.exception();
        }
        return socket.network.names.find(task, target, socket.type);
    }

    private static long refusal(UnixSocket socket, UnixSocket other, Message message) {
        if (other.dead) {
            if (socket.type == SockConst.SOCK_SEQPACKET) {
                return Errno.EPIPE.negative();
            }
            if (message.address == null) {
                synchronized (socket.network) {
                    socket.peer = null;
                    socket.state = State.CLOSED;
                }
            }
            return Errno.ECONNREFUSED.negative();
        }
        if (other.receiveShut) {
            return Errno.EPIPE.negative();
        }
        if (!UnixConnect.maySend(socket, other)) {
            return Errno.EPERM.negative();
        }
        return other != socket && other.peer != socket && other.queueFull() ? BlockingOp.WOULD_BLOCK : 0;
    }

    static long receivePacket(UnixSocket socket, Message message) {
        if (socket.type == SockConst.SOCK_SEQPACKET && socket.state != State.CONNECTED) {
            throw Errno.ENOTCONN.exception();
        }
        PacketQueue queue = socket.packets;
        if (queue == null) {
            throw Errno.EINVAL.exception();
        }
        boolean peek = message.has(SockConst.MSG_PEEK);
        boolean ended = socket.receiveShut;
        PacketQueue.Packet packet = queue.read(message, peek);
        if (packet == null) {
            int error = socket.takeError();
            if (error != 0) {
                return -error;
            }
            boolean silent = socket.type == SockConst.SOCK_DGRAM && message.has(SockConst.MSG_DONTWAIT);
            return ended && !silent ? 0 : BlockingOp.WOULD_BLOCK;
        }
        Control control = packet.control();
        if (control != null) {
            message.control = peek ? control.duplicate() : control;
        }
        UnixAddress from = packet.from();
        message.address = from == null ? null : from.toSockaddr();
        if (!peek) {
            packet.sender().refund(packet.charge());
            socket.room.wake(Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND);
        }
        if (message.data.fault()) {
            return Errno.EFAULT.negative();
        }
        return message.has(SockConst.MSG_TRUNC) ? packet.length() : message.data.moved();
    }
}
