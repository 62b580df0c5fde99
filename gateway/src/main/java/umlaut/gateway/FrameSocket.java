package umlaut.gateway;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.net.core.SkBuff;
import umlaut.net.device.Link;

/**
 * A link over a descriptor of the host's that carries one frame in each message: a socket that keeps messages apart, or a tap device. Frames are received on the loop's thread, and sent on
 * whichever has one.
 */
final class FrameSocket implements Link {
    /** The largest frame: Ethernet header and the largest MTU. */
    static final int MAX_FRAME = 65536;

    /** Frames taken before others get their turn. */
    private static final int TURN = 64;

    private static final int WOULD_BLOCK = -Errno.EAGAIN.number();
    private static final int MIN_FRAME = 14;

    private final HostLoop loop;
    private final int fd;
    private final int header;
    private final End device;
    private final Runnable hungUp;
    private final MemorySegment out;
    private volatile boolean full;
    private volatile boolean closed;

    /**
     * @param header bytes before each frame, zero when sent and ignored when received (struct virtio_net_hdr)
     * @param hungUp told once, on the loop's thread, when the other side has gone
     */
    FrameSocket(HostLoop loop, int fd, int header, End device, Runnable hungUp) {
        this.loop = loop;
        this.fd = fd;
        this.header = header;
        this.device = device;
        this.hungUp = hungUp;
        out = Arena.ofAuto().allocate(header + MAX_FRAME, 64);
        loop.watch(fd, HostLoop.IN | HostLoop.OUT | HostLoop.RDHUP | HostLoop.EDGE, this::ready);
    }

    // --- to the other side ---

    @Override
    public boolean send(SkBuff frame) {
        int length = frame.length();
        if (closed || length > MAX_FRAME) {
            frame.release();
            return true;
        }
        byte[] bytes = frame.bytesFrom(frame.start());
        MemorySegment.copy(bytes, 0, out, Layouts.BYTE, header, length);
        // Before the attempt, so that room that comes right after it is not missed.
        full = true;
        if (write(header + length) == WOULD_BLOCK) {
            return false;
        }
        full = false;
        // Any other error is the other side's having gone, which the loop hears of.
        frame.release();
        return true;
    }

    /** The number must not come to mean another file in between. */
    private long write(int length) {
        synchronized (out) {
            return closed ? 0 : Files.write(fd, out, 0, length);
        }
    }

    // --- from the other side ---

    private void ready(int events) {
        if ((events & HostLoop.OUT) != 0 && full) {
            full = false;
            device.ready();
        }
        if ((events & ~HostLoop.OUT) != 0) {
            receive();
        }
    }

    private void receive() {
        for (int i = 0; i < TURN && !closed; i++) {
            long n = Files.read(fd, loop.buffer, 0, header + MAX_FRAME);
            if (n == WOULD_BLOCK) {
                return;
            }
            if (n <= 0) {
                close();
                hungUp.run();
                return;
            }
            int length = (int) n - header;
            if (length >= MIN_FRAME) {
                byte[] bytes = new byte[length];
                MemorySegment.copy(loop.buffer, Layouts.BYTE, header, bytes, 0, length);
                device.arrive(SkBuff.of(bytes, 0, length));
            }
        }
        loop.post(this::receive);
    }

    /** On the loop's thread. */
    @Override
    public void close() {
        synchronized (out) {
            if (!closed) {
                closed = true;
                loop.close(fd);
            }
        }
    }
}
