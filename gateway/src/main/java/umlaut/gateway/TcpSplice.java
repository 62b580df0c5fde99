package umlaut.gateway;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.InetConst;
import umlaut.abi.Poll;
import umlaut.abi.SockConst;
import umlaut.host.InetSockets;
import umlaut.host.Layouts;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.WaitEntry;
import umlaut.net.Message;
import umlaut.net.core.NetNamespace;
import umlaut.net.tcp.TcpSock;

/**
 * A connection of the guest's and one of the host's, joined: bytes, ends of directions and resets of each become the other's. Nothing is kept in between but what a socket did not take of one
 * read, so each side's window is the other's back-pressure. Used by the loop's thread.
 */
final class TcpSplice {
    /** Bytes moved in one go before others get their turn. */
    private static final int TURN = 1 << 20;

    private static final int WOULD_BLOCK = -Errno.EAGAIN.number();
    private static final int PEEK = SockConst.MSG_PEEK | SockConst.MSG_DONTWAIT;
    private static final int DISCARD = SockConst.MSG_TRUNC | SockConst.MSG_DONTWAIT;

    private final HostLoop loop;
    private final NetNamespace net;
    private final TcpSock guest;
    private final int host;
    private final Runnable ended;
    private final WaitEntry readers;
    private final WaitEntry writers;
    private final AtomicBoolean posted = new AtomicBoolean();

    private boolean hostReadable = true;
    private boolean hostWritable = true;
    /** The guest has ended its direction, and the host has been told. */
    private boolean upDone;

    private boolean downDone;
    private boolean closed;
    /** What the guest's socket did not take. */
    private byte @Nullable [] leftover;

    private int leftoverFrom;

    /**
     * @param guest the gateway's end of the guest's connection; perhaps not established yet
     * @param host its descriptor, watched by the caller for all events, each told once
     * @param ended told once
     */
    TcpSplice(HostLoop loop, TcpSock guest, int host, Runnable ended) {
        this.loop = loop;
        this.net = guest.net;
        this.guest = guest;
        this.host = host;
        this.ended = ended;
        readers = new WaitEntry(this::woken, false);
        writers = new WaitEntry(this::woken, false);
        guest.readers.add(readers);
        guest.writers.add(writers);
    }

    private boolean woken(int events) {
        again();
        return false;
    }

    private void again() {
        if (!posted.getAndSet(true)) {
            loop.post(this::pump);
        }
    }

    /** Something has come of the host's descriptor. */
    void hostReady(int events) {
        if ((events & ~HostLoop.OUT) != 0) {
            hostReadable = true;
        }
        if ((events & ~HostLoop.IN) != 0) {
            hostWritable = true;
        }
        pump();
    }

    /** Moves what can be moved. */
    void pump() {
        posted.set(false);
        if (closed) {
            return;
        }
        int state = guest.state();
        if (state == InetConst.TCP_SYN_SENT || state == InetConst.TCP_SYN_RECV) {
            return;
        }
        if (guest.error() != 0) {
            reset();
            return;
        }
        boolean more = up();
        more |= down();
        if (closed) {
            return;
        }
        if (upDone && downDone) {
            end();
        } else if (more) {
            again();
        }
    }

    // --- from the guest to the host ---

    /** @return true if there may be more to move now */
    private boolean up() {
        int moved = 0;
        while (!upDone && !closed && hostWritable) {
            MemorySegment buffer = loop.buffer;
            long n = guest.receive(new Message(new IovIter().kernel(buffer, 0, HostLoop.BUFFER), PEEK));
            if (n == BlockingOp.WOULD_BLOCK) {
                return false;
            }
            if (n < 0) {
                reset();
                return false;
            }
            if (n == 0) {
                upDone = true;
                InetSockets.shutdown(host, InetSockets.SHUT_WR);
                return false;
            }
            long sent = InetSockets.send(host, buffer, n);
            if (sent == WOULD_BLOCK) {
                hostWritable = false;
                return false;
            }
            if (sent < 0) {
                reset();
                return false;
            }
            guest.receive(new Message(new IovIter().kernel(buffer, 0, sent), DISCARD));
            moved += (int) sent;
            if (moved >= TURN) {
                return true;
            }
        }
        return false;
    }

    // --- from the host to the guest ---

    private boolean down() {
        int moved = 0;
        while (!downDone && !closed) {
            if (leftover != null && !sendLeftover(leftover)) {
                return false;
            }
            if (!hostReadable || (guest.pollState() & Poll.POLLOUT) == 0) {
                return false;
            }
            MemorySegment buffer = loop.buffer;
            long n = InetSockets.recv(host, buffer, Math.clamp(guest.sendRoom(), 1, HostLoop.BUFFER));
            if (n == WOULD_BLOCK) {
                hostReadable = false;
                return false;
            }
            if (n < 0) {
                reset();
                return false;
            }
            if (n == 0) {
                downDone = true;
                finishSending();
                return false;
            }
            if (!give(buffer, n)) {
                return false;
            }
            moved += (int) n;
            if (moved >= TURN) {
                return true;
            }
        }
        return false;
    }

    /** @return true if all has been taken */
    private boolean give(MemorySegment from, long count) {
        long taken = guest.send(null, new Message(new IovIter().kernel(from, 0, count), SockConst.MSG_DONTWAIT));
        if (taken == BlockingOp.WOULD_BLOCK) {
            taken = 0;
        }
        if (taken < 0) {
            reset();
            return false;
        }
        if (taken < count) {
            byte[] rest = new byte[(int) (count - taken)];
            MemorySegment.copy(from, Layouts.BYTE, taken, rest, 0, rest.length);
            leftover = rest;
            leftoverFrom = 0;
            return false;
        }
        return true;
    }

    private boolean sendLeftover(byte[] rest) {
        int count = rest.length - leftoverFrom;
        MemorySegment.copy(rest, leftoverFrom, loop.buffer, Layouts.BYTE, 0, count);
        leftover = null;
        return give(loop.buffer, count);
    }

    private void finishSending() {
        net.lock();
        try {
            guest.shutdown(SockConst.SHUT_WR);
        } catch (umlaut.abi.ErrnoException e) {
            // It has ended already.
        } finally {
            net.unlock();
        }
    }

    // --- end ---

    /** Both directions have ended. */
    private void end() {
        leave();
        loop.close(host);
        net.lock();
        try {
            guest.close();
        } finally {
            net.unlock();
        }
        ended.run();
    }

    /** One side has failed: so does the other. */
    private void reset() {
        leave();
        loop.forget(host);
        InetSockets.reset(host);
        net.lock();
        try {
            guest.abort();
        } finally {
            net.unlock();
        }
        ended.run();
    }

    private void leave() {
        closed = true;
        readers.remove();
        writers.remove();
    }

    /** Has something of the guest's come that the host has not got yet, data or an end? */
    boolean owesHost() {
        return !closed && !upDone && (guest.pollState() & Poll.POLLIN) != 0;
    }
}
