package umlaut.net;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.OpenFlags;
import umlaut.abi.SockConst;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AnonInode;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.wait.PollTable;
import umlaut.kernel.wait.WaitQueue;

/**
 * An open socket (Linux: struct socket and struct sock in one, socket(7)). Operations never sleep: as with any file they say WOULD_BLOCK, and {@link SocketCalls} does the
 * waiting, with the socket's own time limits.
 */
public abstract class Socket extends File {
    public final Kernel kernel;
    public final int family;
    /** SOCK_STREAM, SOCK_DGRAM, ... */
    public final int type;

    public final int protocol;
    public final SocketOptions options;
    /** Where those wait who want to read or accept, and those who want to write or connect. */
    public final WaitQueue readers;

    public final WaitQueue writers;
    private final AnonInode inode;

    protected Socket(Task task, int family, int type, int protocol, int fileFlags) {
        this(task, family, type, protocol, fileFlags, new SocketOptions(), new WaitQueue(), new WaitQueue());
    }

    /** A file for a socket that is older than it: an accepted connection. */
    protected Socket(
            Task task,
            int family,
            int type,
            int protocol,
            int fileFlags,
            SocketOptions options,
            WaitQueue readers,
            WaitQueue writers) {
        super(null, OpenFlags.O_RDWR | fileFlags, task.credentials());
        this.kernel = task.kernel;
        this.family = family;
        this.type = type;
        this.protocol = protocol;
        this.options = options;
        this.readers = readers;
        this.writers = writers;
        this.inode = AnonInode.of(task.kernel, AnonInode.Kind.SOCKET, task.credentials());
    }

    // --- what families do ---

    /** @param address a whole sockaddr */
    public abstract void bind(Task task, byte[] address);

    public abstract void listen(Task task, int backlog);

    /** @return the next connection, a new file with one reference, or null if none has come yet */
    public abstract @Nullable Socket accept(Task task);

    /** @return 0, WOULD_BLOCK, or -errno; repeated by the same call until it is something else */
    public abstract long connect(Task task, byte[] address);

    /** The call that connected has ended, in whatever way. */
    public void connectEnded() {}

    /** @return a whole sockaddr */
    public abstract byte[] localAddress();

    /** @return a whole sockaddr; throws ENOTCONN */
    public abstract byte[] peerAddress();

    /** @return bytes sent in all, WOULD_BLOCK, or -errno */
    public abstract long send(Task task, Message message);

    /** Puts the caller into the queues that announce room for a message that would block. */
    public void awaitSend(Task task, Message message, PollTable table) {
        poll(table);
    }

    /** Puts the caller into the queues that announce that a connect that would block may go on. */
    public void awaitConnect(Task task, byte[] address, PollTable table) {
        poll(table);
    }

    /** @return bytes received in all, 0 at the end, WOULD_BLOCK, or -errno */
    public abstract long receive(Task task, Message message);

    /** @param how SHUT_* */
    public abstract void shutdown(int how);

    /** setsockopt(2) for what is not common to all sockets. */
    public void setOption(Task task, int level, int name, MemorySegment value) {
        throw (level == SockConst.SOL_SOCKET ? Errno.ENOPROTOOPT : Errno.EOPNOTSUPP).exception();
    }

    /** Does an option's answer depend on the number that stands where it is to go? {@link #getOption} then finds it there. */
    public boolean asksWithValue(int level, int name) {
        return false;
    }

    /** getsockopt(2) for what is not common to all sockets: fills {@code value}. @return bytes filled */
    public int getOption(Task task, int level, int name, MemorySegment value) {
        throw (level == SockConst.SOL_SOCKET ? Errno.ENOPROTOOPT : Errno.EOPNOTSUPP).exception();
    }

    /** Are there levels beside SOL_SOCKET for getsockopt(2) to ask at? */
    public boolean hasOptionsOfItsOwn() {
        return true;
    }

    /** Takes the pending error (SO_ERROR), 0 if there is none. */
    public int takeError() {
        return 0;
    }

    /** SO_PASSCRED is on: every message received tells its sender. */
    public boolean wantsCredentials() {
        return false;
    }

    public boolean listening() {
        return false;
    }

    // --- as a file ---

    @Override
    public long read(Task task, IovIter to, long offset) {
        // Unlike recv(2), which waits even for nothing.
        return to.remaining() == 0 ? to.moved() : receive(task, new Message(to, dontWait()));
    }

    @Override
    public long write(Task task, IovIter from, long offset) {
        return send(task, new Message(from, dontWait()));
    }

    @Override
    public long waitLimitNs(boolean writing) {
        return writing ? options.sendTimeoutNs : options.receiveTimeoutNs;
    }

    private int dontWait() {
        return nonBlocking() ? SockConst.MSG_DONTWAIT : 0;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    @Override
    public @Nullable String anonymousName() {
        return inode.displayName();
    }
}
