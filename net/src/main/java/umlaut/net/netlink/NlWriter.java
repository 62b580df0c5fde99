package umlaut.net.netlink;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import umlaut.abi.Netlink;
import umlaut.abi.Nlmsghdr;
import umlaut.net.core.Be;
import umlaut.net.core.IpAddress;

/** Writes netlink messages, which are in host byte order, several to a datagram. */
final class NlWriter {
    private static final int DATAGRAM = 16384;

    private final List<byte[]> full = new ArrayList<>();
    private final int seq;
    private final int port;
    private byte[] buffer = new byte[1024];
    private int length;
    private int messageStart;

    NlWriter(int seq, int port) {
        this.seq = seq;
        this.port = port;
    }

    /** The datagrams written. */
    List<byte[]> finish() {
        if (length > 0) {
            full.add(Arrays.copyOf(buffer, length));
            length = 0;
        }
        return full;
    }

    private int room(int count) {
        if (buffer.length - length < count) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + count));
        }
        int at = length;
        length += count;
        return at;
    }

    NlWriter begin(int type, int flags) {
        if (length >= DATAGRAM - 4096) {
            finish();
        }
        messageStart = room(Nlmsghdr.SIZE);
        buffer[messageStart + 4] = (byte) type;
        buffer[messageStart + 5] = (byte) (type >> 8);
        buffer[messageStart + 6] = (byte) flags;
        buffer[messageStart + 7] = (byte) (flags >> 8);
        put32(messageStart + 8, seq);
        put32(messageStart + 12, port);
        return this;
    }

    void end() {
        put32(messageStart, length - messageStart);
        while ((length & 3) != 0) {
            buffer[room(1)] = 0;
        }
    }

    private void put32(int at, int value) {
        Be.put32(buffer, at, Integer.reverseBytes(value));
    }

    NlWriter u8(int... values) {
        for (int v : values) {
            int at = room(1);
            buffer[at] = (byte) v;
        }
        return this;
    }

    NlWriter u16(int value) {
        return u8(value, value >> 8);
    }

    NlWriter u32(int value) {
        int at = room(4);
        put32(at, value);
        return this;
    }

    NlWriter bytes(byte[] data) {
        int at = room(data.length);
        System.arraycopy(data, 0, buffer, at, data.length);
        return this;
    }

    // --- attributes ---

    NlWriter attribute(int type, byte[] data) {
        u16(data.length + 4).u16(type).bytes(data);
        while ((length & 3) != 0) {
            u8(0);
        }
        return this;
    }

    NlWriter attribute8(int type, int value) {
        return attribute(type, new byte[] {(byte) value});
    }

    NlWriter attribute16(int type, int value) {
        return attribute(type, new byte[] {(byte) value, (byte) (value >> 8)});
    }

    NlWriter attribute32(int type, int value) {
        byte[] four = new byte[4];
        Be.put32(four, 0, Integer.reverseBytes(value));
        return attribute(type, four);
    }

    NlWriter text(int type, String value) {
        return attribute(type, (value + "\0").getBytes(StandardCharsets.ISO_8859_1));
    }

    NlWriter address(int type, IpAddress address) {
        return attribute(type, address.bytes());
    }

    /** Begins a nested attribute. @return its place, for {@link #close} */
    int open(int type) {
        int at = length;
        u16(0).u16(type);
        return at;
    }

    void close(int at) {
        int size = length - at;
        buffer[at] = (byte) size;
        buffer[at + 1] = (byte) (size >> 8);
    }

    /** The end of a dump. */
    void done() {
        begin(Netlink.NLMSG_DONE, Netlink.NLM_F_MULTI).u32(0).end();
    }
}
