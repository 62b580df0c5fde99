package umlaut.net.core;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The Internet checksum (RFC 1071): sums are kept unfolded in a long, in network order. */
public final class Checksum {
    private static final ValueLayout.OfInt NET_INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Checksum() {}

    /** Adds bytes, the first of which is at an even place. */
    public static long add(long sum, byte[] bytes, int at, int length) {
        long s = sum;
        int end = at + length;
        int i = at;
        for (; i + 4 <= end; i += 4) {
            s += Be.i32(bytes, i) & 0xffff_ffffL;
        }
        for (; i + 2 <= end; i += 2) {
            s += Be.u16(bytes, i);
        }
        return i < end ? s + ((bytes[i] & 0xffL) << 8) : s;
    }

    private static long add(long sum, MemorySegment memory, long at, int length, boolean odd) {
        long s = 0;
        long end = at + length;
        long i = at;
        for (; i + 4 <= end; i += 4) {
            s += memory.get(NET_INT, i) & 0xffff_ffffL;
        }
        for (int shift = 24; i < end; i++, shift -= 8) {
            s += (memory.get(ValueLayout.JAVA_BYTE, i) & 0xffL) << shift;
        }
        if (!odd) {
            return sum + s;
        }
        int folded = ~fold(s) & 0xffff;
        return sum + (folded >>> 8 | (folded & 0xff) << 8);
    }

    /** Adds an address, of either version. */
    public static long add(long sum, IpAddress address) {
        if (address.isV4()) {
            return sum + (address.v4() & 0xffff_ffffL);
        }
        return sum
                + (address.high >>> 32)
                + (address.high & 0xffff_ffffL)
                + (address.low >>> 32)
                + (address.low & 0xffff_ffffL);
    }

    /** The 16-bit checksum of a sum. */
    public static int fold(long sum) {
        long s = (sum >>> 32) + (sum & 0xffff_ffffL);
        s = (s >>> 16) + (s & 0xffff);
        s = (s >>> 16) + (s & 0xffff);
        s = (s >>> 16) + (s & 0xffff);
        return (int) ~s & 0xffff;
    }

    public static int of(byte[] bytes, int at, int length) {
        return fold(add(0, bytes, at, length));
    }

    /** The sum of all bytes of a packet from its start. */
    public static long add(long sum, SkBuff skb) {
        long s = add(sum, skb.head(), skb.start(), skb.linear());
        @Nullable DataChunk chunk = skb.chunk();
        if (chunk == null) {
            return s;
        }
        return add(s, chunk.memory, skb.chunkStart(), skb.chunkLength(), (skb.linear() & 1) != 0);
    }

    /** The pseudo header's part (RFC 9293, 3.1; RFC 8200, 8.1). */
    public static long pseudo(IpAddress source, IpAddress destination, int protocol, int length) {
        return add(add(protocol + (long) length, source), destination);
    }

    /** Fills in a transport checksum that was left open; the packet starts at its network header. */
    public static void complete(SkBuff skb, int networkLength) {
        if (skb.partialChecksum < 0) {
            return;
        }
        skb.pull(networkLength);
        int field = skb.start() + skb.partialChecksum;
        Be.put16(skb.head(), field, 0);
        int sum = fold(add(pseudo(skb.source, skb.destination, skb.ipProtocol, skb.length()), skb));
        Be.put16(skb.head(), field, sum == 0 ? 0xffff : sum);
        skb.push(networkLength);
        skb.partialChecksum = -1;
    }

    /** Is the transport checksum of a packet that starts at its transport header right? */
    public static boolean valid(SkBuff skb) {
        return skb.looped
                || skb.trusted
                || fold(add(pseudo(skb.source, skb.destination, skb.ipProtocol, skb.length()), skb)) == 0;
    }
}
