package umlaut.daemon;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Scratch;
import umlaut.host.Sockets;

/**
 * One end of a control socket: whole frames both ways, and descriptors (unix(7)). One thread reads; any may write or close. What the other side sends is believed only as far as its length fits.
 */
final class Connection implements Closeable {
    private static final int HEADER = 5;
    private static final int CHUNK = 64 << 10;

    private final int fd;
    private final MemorySegment in = Arena.ofAuto().allocate(CHUNK, 8);
    private final MemorySegment out = Arena.ofAuto().allocate(CHUNK, 8);
    private final AtomicBoolean closed = new AtomicBoolean();
    private int have;
    private int taken;

    Connection(int fd) {
        this.fd = fd;
    }

    /** @throws IOException if nobody listens there */
    static Connection to(java.nio.file.Path socket) throws IOException {
        int fd = SocketFile.socket();
        MemorySegment address = Scratch.room();
        long result = Sockets.connect(fd, address, SocketFile.address(socket, address));
        if (result < 0) {
            Files.close(fd);
            throw new IOException(Errno.of((int) -result).message());
        }
        return new Connection(fd);
    }

    // --- reading: one thread ---

    /** The next frame. @return null at the end. @throws IOException for what is no frame, or is cut short */
    @Nullable Frame read() throws IOException {
        byte[] header = new byte[HEADER];
        if (!fill(header, true)) {
            return null;
        }
        int length = (header[0] & 0xff) << 24 | (header[1] & 0xff) << 16 | (header[2] & 0xff) << 8 | header[3] & 0xff;
        if (length < 1 || length > Frame.MOST) {
            throw new IOException("a frame of " + length + " bytes");
        }
        byte[] body = new byte[length - 1];
        fill(body, false);
        return new Frame((char) (header[4] & 0xff), body);
    }

    /** @throws IOException also at the end */
    Frame require() throws IOException {
        Frame frame = read();
        if (frame == null) {
            throw new IOException("the other side has gone");
        }
        return frame;
    }

    private boolean fill(byte[] to, boolean mayEnd) throws IOException {
        for (int done = 0; done < to.length; ) {
            if (taken == have && !more()) {
                if (mayEnd && done == 0) {
                    return false;
                }
                throw new IOException("cut short");
            }
            int n = Math.min(to.length - done, have - taken);
            MemorySegment.copy(in, ValueLayout.JAVA_BYTE, taken, to, done, n);
            taken += n;
            done += n;
        }
        return true;
    }

    private boolean more() {
        while (true) {
            long n = closed.get() ? 0 : Files.read(fd, in, 0, CHUNK);
            if (n != Errno.EINTR.negative()) {
                have = (int) Math.max(0, n);
                taken = 0;
                return n > 0;
            }
        }
    }

    /** A descriptor, which comes with a byte of its own. The other side sends it only when it has been told to, so that it is not taken for data. */
    int readFd() throws IOException {
        if (taken < have) {
            throw new IOException("data where a descriptor must come");
        }
        long result = Sockets.recvFd(fd, in, 1, 0);
        int passed = HostCalls.isError(result) ? -1 : Sockets.passedFd(result);
        if (passed < 0) {
            throw new IOException("no descriptor");
        }
        return passed;
    }

    // --- writing ---

    /** @throws IOException when the other side has gone */
    synchronized void write(Frame frame) throws IOException {
        int length = frame.body().length + 1;
        byte[] header = {
            (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length, (byte) frame.kind()
        };
        MemorySegment.copy(header, 0, out, ValueLayout.JAVA_BYTE, 0, HEADER);
        int at = 0;
        int start = HEADER;
        do {
            int n = Math.min(frame.body().length - at, CHUNK - start);
            MemorySegment.copy(frame.body(), at, out, ValueLayout.JAVA_BYTE, start, n);
            send(start + n);
            at += n;
            start = 0;
        } while (at < frame.body().length);
    }

    private void send(int length) throws IOException {
        for (int done = 0; done < length; ) {
            long n = closed.get()
                    ? Errno.EPIPE.negative()
                    : Sockets.sendto(fd, out.asSlice(done), length - done, Sockets.MSG_NOSIGNAL, MemorySegment.NULL, 0);
            if (n > 0) {
                done += (int) n;
            } else if (n != Errno.EINTR.negative()) {
                throw new IOException(Errno.of((int) -n).message());
            }
        }
    }

    synchronized void writeFd(int passed) throws IOException {
        long n = Sockets.sendFd(fd, out, 1, passed);
        if (n < 0) {
            throw new IOException(Errno.of((int) -n).message());
        }
    }

    /** Nothing more will come from this side, and whoever reads here wakes up; the descriptor goes with {@link #close}. */
    void shutdown() {
        Sockets.shutdown(fd);
    }

    /** Only when no thread reads any more. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Sockets.shutdown(fd);
            synchronized (this) {
                Files.close(fd);
            }
        }
    }
}
