package umlaut.net.ip;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.NetTimer;
import umlaut.net.core.SkBuff;

/**
 * Puts fragments together (RFC 815 for what, not how; RFC 5722: overlapping fragments end their packet; Linux: net/ipv4/inet_fragment.c). Bounded in memory and time: the oldest packets are
 * given up first. Guarded by the namespace's lock.
 */
final class Reassembly {
    private static final int MAX_BYTES = 4 << 20;
    private static final int MAX_FRAGMENTS = 4096;

    private record Key(
            IpAddress source,
            IpAddress destination,
            int id,
            int protocol,
            @Nullable NetDevice device) {}

    /** A piece: the bytes from {@code start} to {@code end} of the packet's data. */
    private record Piece(int start, int end, SkBuff skb) {}

    /** Called when a packet's time is up, with its first fragment if that has come. */
    interface Expired {
        void expired(@Nullable SkBuff first);
    }

    private final class Packet {
        final Key key;
        final List<Piece> pieces = new ArrayList<>();
        final NetTimer timer;
        int total = -1;
        int have;
        int bytes;
        int largest;

        Packet(Key key) {
            this.key = key;
            this.timer = net.timers.create(this::expire);
        }

        private void expire() {
            SkBuff first = null;
            for (Piece piece : pieces) {
                if (piece.start == 0) {
                    first = piece.skb;
                }
            }
            expired.expired(first);
            giveUp(this);
        }
    }

    private final NetNamespace net;
    private final long timeoutNs;
    private final Expired expired;
    private final Map<Key, Packet> packets = new LinkedHashMap<>();
    private int bytes;

    Reassembly(NetNamespace net, long timeoutNs, Expired expired) {
        this.net = net;
        this.timeoutNs = timeoutNs;
        this.expired = expired;
    }

    int packetCount() {
        return packets.size();
    }

    int memory() {
        return bytes;
    }

    /**
     * Takes a fragment.
     *
     * @param skb starts at the fragment's data; its bytes before that are the headers
     * @param offset of the data in the packet
     * @param more other fragments follow
     * @return the first fragment's packet, with all the data, when it is complete; else null, and the fragment is kept or released
     */
    @Nullable SkBuff add(SkBuff skb, int id, int protocol, @Nullable NetDevice device, int offset, boolean more) {
        Key key = new Key(skb.source, skb.destination, id, protocol, device);
        Packet packet = packets.get(key);
        if (packet == null) {
            packet = new Packet(key);
            packets.put(key, packet);
            packet.timer.set(net.nowNs() + timeoutNs);
        }
        int length = skb.length();
        int end = offset + length;
        boolean misfit = more && (length & 7) != 0
                || end > 65535
                || length == 0
                || packet.total >= 0 && (end > packet.total || !more && end != packet.total)
                || !more && packet.pieces.stream().anyMatch(p -> p.end > end)
                || packet.pieces.size() >= MAX_FRAGMENTS;
        if (!misfit) {
            for (Piece piece : packet.pieces) {
                if (piece.start == offset && piece.end == end) {
                    skb.release(); // a copy
                    return null;
                }
                misfit |= piece.start < end && offset < piece.end;
            }
        }
        if (misfit) {
            skb.release();
            giveUp(packet);
            return null;
        }
        skb.linearize();
        packet.pieces.add(new Piece(offset, end, skb));
        packet.have += length;
        packet.largest = Math.max(packet.largest, length + skb.start() - skb.networkHeader);
        int cost = SkBuff.chargeFor(length);
        packet.bytes += cost;
        bytes += cost;
        packet.total = more ? packet.total : end;
        if (packet.have == packet.total) {
            return join(packet);
        }
        while (bytes > MAX_BYTES) {
            giveUp(packets.values().iterator().next());
        }
        return null;
    }

    private SkBuff join(Packet packet) {
        packet.pieces.sort(Comparator.comparingInt(Piece::start));
        SkBuff whole = packet.pieces.getFirst().skb;
        for (int i = 1; i < packet.pieces.size(); i++) {
            SkBuff part = packet.pieces.get(i).skb;
            whole.put(part.head(), part.start(), part.linear());
        }
        whole.fragmentSize = packet.largest;
        drop(packet);
        return whole;
    }

    private void giveUp(Packet packet) {
        packet.pieces.forEach(p -> p.skb.release());
        drop(packet);
    }

    private void drop(Packet packet) {
        packet.timer.stop();
        if (packets.remove(packet.key) != null) {
            bytes -= packet.bytes;
        }
    }
}
