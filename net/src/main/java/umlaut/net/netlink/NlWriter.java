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
public final class NlWriter {
    private static final int DATAGRAM = 16384;

    private final List<byte[]> full = new ArrayList<>();
    private final int seq;
    private final int port;
    private byte[] buffer = new byte[1024];
    private int length;
    private int messageStart;

    public NlWriter(int seq, int port) {
        this.seq = seq;
        this.port = port;
    }

    /** The datagrams written. */
    public List<byte[]> finish() {
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

    public NlWriter begin(int type, int flags) {
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

    public void end() {
        put32(messageStart, length - messageStart);
        while ((length & 3) != 0) {
            buffer[room(1)] = 0;
        }
    }

    private void put32(int at, int value) {
        Be.put32(buffer, at, Integer.reverseBytes(value));
    }

    public NlWriter u8(int... values) {
        for (int v : values) {
            int at = room(1);
            buffer[at] = (byte) v;
        }
        return this;
    }

    public NlWriter u16(int value) {
        return u8(value, value >> 8);
    }

    public NlWriter u32(int value) {
        int at = room(4);
        put32(at, value);
        return this;
    }

    public NlWriter bytes(byte[] data) {
        int at = room(data.length);
        System.arraycopy(data, 0, buffer, at, data.length);
        return this;
    }

    // --- attributes ---

    public NlWriter attribute(int type, byte[] data) {
        u16(data.length + 4).u16(type).bytes(data);
        while ((length & 3) != 0) {
            u8(0);
        }
        return this;
    }

    public NlWriter attribute8(int type, int value) {
        return attribute(type, new byte[] {(byte) value});
    }

    public NlWriter attribute16(int type, int value) {
        return attribute(type, new byte[] {(byte) value, (byte) (value >> 8)});
    }

    public NlWriter attribute32(int type, int value) {
        byte[] four = new byte[4];
        Be.put32(four, 0, Integer.reverseBytes(value));
        return attribute(type, four);
    }

    /** Numbers in network byte order, as netfilter has them. */
    public NlWriter be32(int type, int value) {
        byte[] four = new byte[4];
        Be.put32(four, 0, value);
        return attribute(type, four);
    }

    public NlWriter be64(int type, long value) {
        byte[] eight = new byte[8];
        Be.put64(eight, 0, value);
        return attribute(type, eight);
    }

    public NlWriter text(int type, String value) {
        return attribute(type, (value + "\0").getBytes(StandardCharsets.ISO_8859_1));
    }

    public NlWriter address(int type, IpAddress address) {
        return attribute(type, address.bytes());
    }

    /** Begins a nested attribute. @return its place, for {@link #close} */
    public int open(int type) {
        int at = length;
        u16(0).u16(type);
        return at;
    }

    public void close(int at) {
        int size = length - at;
        buffer[at] = (byte) size;
        buffer[at + 1] = (byte) (size >> 8);
    }

    /** The end of a dump. */
    public void done() {
        begin(Netlink.NLMSG_DONE, Netlink.NLM_F_MULTI).u32(0).end();
    }
}
