package umlaut.gateway;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import umlaut.net.core.SkBuff;

/**
 * Writes frames to a file in the pcapng format (draft-ietf-opsawg-pcapng), which Wireshark's programs and tcpdump read: a section header, one Ethernet interface with nanoseconds, and an
 * enhanced packet block for each frame that says which way it went.
 */
final class Capture implements AutoCloseable {
    private static final int SECTION = 0x0a0d0d0a, MAGIC = 0x1a2b3c4d, INTERFACE = 1, PACKET = 6;
    private static final int ETHERNET = 1, NO_LIMIT = 0;
    private static final int IF_TSRESOL = 9, NANO = 9, EPB_FLAGS = 2, INBOUND = 1, OUTBOUND = 2;

    @GuardedBy("this") private final OutputStream out;

    @GuardedBy("this") private boolean failed;

    private Capture(OutputStream out) throws IOException {
        this.out = out;
        ByteBuffer b = buffer(28 + 32);
        b.putInt(SECTION).putInt(28).putInt(MAGIC).putShort((short) 1).putShort((short) 0);
        b.putLong(-1).putInt(28);
        b.putInt(INTERFACE)
                .putInt(32)
                .putShort((short) ETHERNET)
                .putShort((short) 0)
                .putInt(NO_LIMIT);
        b.putShort((short) IF_TSRESOL).putShort((short) 1).put((byte) NANO).position(b.position() + 3);
        b.putInt(0).putInt(32);
        out.write(b.array());
    }

    /** @throws GatewayException when the file cannot be written */
    static Capture to(Path file) {
        try {
            return new Capture(Files.newOutputStream(file));
        } catch (IOException e) {
            throw new GatewayException("--pcap: cannot write '" + file + "'");
        }
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes a frame that starts at its Ethernet header. */
    synchronized void write(SkBuff frame, boolean outward) {
        if (failed) {
            return;
        }
        int length = frame.length();
        int padded = length + 3 & ~3;
        int total = 28 + padded + 12 + 4;
        Instant now = Instant.now();
        long ns = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        ByteBuffer b = buffer(total);
        b.putInt(PACKET).putInt(total).putInt(0).putInt((int) (ns >>> 32)).putInt((int) ns);
        b.putInt(length).putInt(length);
        frame.copyTo(0, b.array(), b.position(), length);
        b.position(b.position() + padded);
        b.putShort((short) EPB_FLAGS).putShort((short) 4).putInt(outward ? OUTBOUND : INBOUND);
        b.putInt(0).putInt(total);
        try {
            out.write(b.array());
        } catch (IOException e) {
            failed = true;
            System.err.print("umlaut: --pcap: the file cannot be written any more\r\n");
        }
    }

    @Override
    public synchronized void close() {
        failed = true;
        try {
            out.close();
        } catch (IOException e) {
            // What was written has been.
        }
    }
}
