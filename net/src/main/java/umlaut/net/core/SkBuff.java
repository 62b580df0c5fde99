package umlaut.net.core;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.mm.IovIter;
import umlaut.net.netfilter.Connection;

/**
 * A packet on its way (Linux: struct sk_buff). Its bytes are a linear part, where headers are pushed and pulled, and behind it perhaps a range of a shared chunk. Belongs to who
 * holds it: guarded by its namespace's lock once it is in a queue. {@link #release} gives the chunk back.
 */
public final class SkBuff {
    /** Room in front for IPv6, link and tunnel headers. */
    public static final int HEADROOM = 80;

    private byte[] head;
    private int start;
    private int end;
    private @Nullable DataChunk chunk;
    private int chunkStart;
    private int chunkLength;

    /** The device it came in by or goes out by. */
    public @Nullable NetDevice device;
    /** ETH_P_*. */
    public int protocol;
    /** PACKET_HOST, PACKET_BROADCAST, ... */
    public int packetType;
    /** When it came in, realtime ns; 0 = not asked for. */
    public long timestampNs;
    /** Where its link and network headers begin in the linear part, -1 = none. */
    public int macHeader = -1;

    public int networkHeader;
    public IpAddress source = IpAddress.ANY4;
    public IpAddress destination = IpAddress.ANY4;
    /** Of the IP header: the protocol of what follows, time to live, type of service or traffic class. */
    public int ipProtocol;

    public int ttl;
    public int tos;
    /** IPv6 flow label and class word, network value. */
    public int flowInfo;
    /** Looped back by this stack: its checksums are whole without being computed, and its destination is here. */
    public boolean looped;
    /** Has come from another stack of this machine with its transport checksum left open: it is whole. */
    public boolean trusted;
    /** Where the transport checksum field is to be filled in before it leaves the machine, counted from the transport header; -1 = done. */
    public int partialChecksum = -1;

    /** A multicast packet that its sender's own machine is to have too (IP_MULTICAST_LOOP). */
    public boolean multicastLoop = true;

    public int mark;
    /** The tracked connection it belongs to, and what it is to it; null with 0: none, or not looked for yet. */
    public @Nullable Connection connection;

    public int trackInfo;
    public int priority;
    /** The largest fragment it was put together from, 0 = it was whole. */
    public int fragmentSize;
    /** TCP's sequence numbers of its first byte and behind its last, FIN counted, and whether it has a FIN. */
    public int sequence;

    public int endSequence;
    public boolean finFlag;
    /** What it is charged to its receiver's buffer. */
    public int charge;

    private SkBuff(byte[] head, int start, int end) {
        this.head = head;
        this.start = start;
        this.end = end;
        this.networkHeader = start;
    }

    /** An empty packet with room for {@code size} linear bytes behind the headroom. */
    public static SkBuff allocate(int size) {
        return new SkBuff(new byte[HEADROOM + size], HEADROOM, HEADROOM);
    }

    /** A packet of these bytes, which become its own. */
    public static SkBuff of(byte[] bytes, int offset, int length) {
        return new SkBuff(bytes, offset, offset + length);
    }

    // --- the linear part ---

    public byte[] head() {
        return head;
    }

    /** Index in {@link #head} of the first byte. */
    public int start() {
        return start;
    }

    /** Bytes in the linear part. */
    public int linear() {
        return end - start;
    }

    public int length() {
        return end - start + chunkLength;
    }

    /** Makes room for a header in front. @return its index in {@link #head} */
    public int push(int count) {
        if (start < count) {
            byte[] larger = new byte[head.length + count + HEADROOM];
            int shift = count + HEADROOM;
            System.arraycopy(head, start, larger, start + shift, end - start);
            head = larger;
            start += shift;
            end += shift;
            networkHeader += shift;
            macHeader = macHeader < 0 ? -1 : macHeader + shift;
        }
        start -= count;
        return start;
    }

    /** Takes a header off. The caller has seen that it is there. */
    public void pull(int count) {
        start += count;
    }

    /** Adds linear bytes at the end; only while there is no chunk. @return their index in {@link #head} */
    public int put(int count) {
        if (chunkLength != 0) {
            throw new IllegalStateException("data follows");
        }
        if (head.length - end < count) {
            byte[] larger = new byte[Math.max(end + count + 64, Math.min(head.length * 2, end + count + 4096))];
            System.arraycopy(head, 0, larger, 0, end);
            head = larger;
        }
        int at = end;
        end += count;
        return at;
    }

    public void put(byte[] bytes, int offset, int count) {
        int at = put(count);
        System.arraycopy(bytes, offset, head, at, count);
    }

    /** The first {@code count} bytes are linear afterwards. @return false if there are not as many */
    public boolean pullable(int count) {
        if (end - start >= count) {
            return true;
        }
        if (length() < count) {
            return false;
        }
        linearize();
        return true;
    }

    /** Puts all bytes into the linear part. */
    public void linearize() {
        DataChunk data = chunk;
        if (data == null) {
            return;
        }
        int count = chunkLength;
        chunkLength = 0;
        int at = put(count);
        MemorySegment.copy(data.memory, ValueLayout.JAVA_BYTE, chunkStart, head, at, count);
        chunk = null;
        data.release();
    }

    // --- the chunk ---

    /** Adds a range of a chunk as the data behind the linear part; takes over one reference. */
    public void attach(DataChunk data, int offset, int count) {
        chunk = data;
        chunkStart = offset;
        chunkLength = count;
    }

    public @Nullable DataChunk chunk() {
        return chunk;
    }

    public int chunkStart() {
        return chunkStart;
    }

    public int chunkLength() {
        return chunkLength;
    }

    /** It leaves this stack: what the stack knew of it stays behind (skb_scrub_packet). */
    public void scrub() {
        mark = 0;
        connection = null;
        trackInfo = 0;
    }

    /** Lets go of the chunk; the packet is not to be used any more. */
    public void release() {
        DataChunk data = chunk;
        if (data != null) {
            chunk = null;
            chunkLength = 0;
            data.release();
        }
    }

    // --- all of it ---

    /** Cuts it to its first {@code count} bytes. */
    public void trim(int count) {
        int linear = end - start;
        if (count >= linear) {
            chunkLength = Math.min(chunkLength, count - linear);
        } else {
            end = start + count;
            chunkLength = 0;
        }
    }

    /** Takes bytes off the front, wherever they lie. */
    public void drop(int count) {
        int linear = Math.min(count, end - start);
        start += linear;
        chunkStart += count - linear;
        chunkLength -= count - linear;
    }

    /** Copies bytes to a transfer's memory. @return bytes moved */
    public long copyTo(IovIter to, int from, int count) {
        int linear = end - start;
        long moved = 0;
        if (from < linear) {
            int n = Math.min(count, linear - from);
            moved = to.copyOut(MemorySegment.ofArray(head), start + from, n);
            if (moved < n) {
                return moved;
            }
        }
        DataChunk data = chunk;
        int rest = count - (int) moved;
        if (rest > 0 && data != null) {
            moved += to.copyOut(data.memory, chunkStart + (from + moved - linear), rest);
        }
        return moved;
    }

    public void copyTo(int from, byte[] to, int at, int count) {
        int linear = end - start;
        int n = Math.max(0, Math.min(count, linear - from));
        if (n > 0) {
            System.arraycopy(head, start + from, to, at, n);
        }
        DataChunk data = chunk;
        if (n < count && data != null) {
            MemorySegment.copy(
                    data.memory, ValueLayout.JAVA_BYTE, chunkStart + from + n - linear, to, at + n, count - n);
        }
    }

    /** All bytes from the place {@code from} (an index in {@link #head}, perhaps before {@link #start}) on. */
    public byte[] bytesFrom(int from) {
        int before = start - from;
        byte[] all = new byte[before + length()];
        System.arraycopy(head, from, all, 0, before);
        copyTo(0, all, before, length());
        return all;
    }

    /** Another packet with the same bytes: the linear part copied, the chunk shared. */
    public SkBuff duplicate() {
        SkBuff copy = new SkBuff(head.clone(), start, end);
        if (chunk != null) {
            copy.attach(chunk.acquire(), chunkStart, chunkLength);
        }
        copy.device = device;
        copy.protocol = protocol;
        copy.packetType = packetType;
        copy.timestampNs = timestampNs;
        copy.macHeader = macHeader;
        copy.networkHeader = networkHeader;
        copy.source = source;
        copy.destination = destination;
        copy.ipProtocol = ipProtocol;
        copy.ttl = ttl;
        copy.tos = tos;
        copy.flowInfo = flowInfo;
        copy.looped = looped;
        copy.trusted = trusted;
        copy.partialChecksum = partialChecksum;
        copy.mark = mark;
        copy.connection = connection;
        copy.trackInfo = trackInfo;
        copy.priority = priority;
        copy.fragmentSize = fragmentSize;
        return copy;
    }

    /** What a receiver's buffer is charged for it: its memory as Linux counts it (truesize). */
    public static int chargeFor(int length) {
        int data = length + 320;
        if (data > 32768) {
            return 1024 + (length + 4095 & ~4095);
        }
        return Math.max(512, Integer.highestOneBit(data - 1) << 1) + 256;
    }
}
