package umlaut.net.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.IfConst;
import umlaut.abi.Netlink;

/**
 * Link addresses of neighbours, found out as needed (RFC 826 by ARP, RFC 4861 by neighbour discovery; Linux: net/core/neighbour.c). Packets to a neighbour that is being asked for wait
 * in its entry. Guarded by the namespace's lock.
 */
public final class NeighbourTable {
    private static final long REACHABLE_NS = 30_000_000_000L;
    private static final long DELAY_NS = 5_000_000_000L;
    private static final long RETRANSMIT_NS = 1_000_000_000L;
    private static final long STALE_NS = 60_000_000_000L;
    private static final int PROBES = 3;
    private static final int MAX_ENTRIES = 1024;
    private static final int MAX_WAITING = 100;

    /** Asks for link addresses, and hears of failures. */
    public interface Resolver {
        /** @param known the address to ask at; null: ask all */
        void solicit(NetDevice device, IpAddress target, byte @Nullable [] known, @Nullable SkBuff cause);

        /** Nobody has answered. */
        void unreachable(SkBuff packet);

        void changed(Entry entry);
    }

    /** One neighbour. */
    public final class Entry {
        public final NetDevice device;
        public final IpAddress address;
        /** NUD_*. */
        public int state;

        public byte @Nullable [] link;
        /** NTF_*. */
        public int flags;

        public long updatedNs;
        public long usedNs;
        int probes;
        final ArrayDeque<SkBuff> waiting = new ArrayDeque<>(2);
        final NetTimer timer;

        Entry(NetDevice device, IpAddress address) {
            this.device = device;
            this.address = address;
            this.timer = net.timers.create(this::expire);
        }

        private void expire() {
            switch (state) {
                case Netlink.NUD_INCOMPLETE, Netlink.NUD_PROBE -> {
                    if (probes >= PROBES) {
                        fail(this);
                    } else {
                        ask(this);
                    }
                }
                case Netlink.NUD_REACHABLE -> {
                    move(this, Netlink.NUD_STALE);
                    timer.set(net.nowNs() + STALE_NS);
                }
                case Netlink.NUD_DELAY -> {
                    move(this, Netlink.NUD_PROBE);
                    probes = 0;
                    ask(this);
                }
                case Netlink.NUD_STALE, Netlink.NUD_FAILED -> {
                    if (net.nowNs() - usedNs >= STALE_NS) {
                        remove(this);
                    } else {
                        timer.set(usedNs + STALE_NS);
                    }
                }
                default -> {}
            }
        }
    }

    private record Key(NetDevice device, IpAddress address) {}

    private final NetNamespace net;
    private final Map<Key, Entry> entries = new HashMap<>();
    private final Resolver resolver;

    NeighbourTable(NetNamespace net, Resolver resolver) {
        this.net = net;
        this.resolver = resolver;
    }

    public List<Entry> all() {
        return new ArrayList<>(entries.values());
    }

    public @Nullable Entry find(NetDevice device, IpAddress address) {
        return entries.get(new Key(device, address));
    }

    // --- sending ---

    /** Puts the link header on a packet and sends it, at once or when the neighbour has answered. */
    public void output(SkBuff skb, NetDevice device, IpAddress nextHop) {
        if (!device.isEthernet()) {
            device.output(skb);
            return;
        }
        if (nextHop.isMulticast()) {
            send(skb, device, nextHop.multicastMac());
        } else if (skb.packetType == 1 || nextHop.isLimitedBroadcast()) {
            send(skb, device, Ethernet.BROADCAST);
        } else if (!device.needsNeighbours()) {
            send(skb, device, device.address);
        } else {
            Entry entry = entryFor(device, nextHop);
            entry.usedNs = net.nowNs();
            byte[] link = entry.link;
            if (link != null && (entry.state & (Netlink.NUD_INCOMPLETE | Netlink.NUD_FAILED)) == 0) {
                if (entry.state == Netlink.NUD_STALE) {
                    move(entry, Netlink.NUD_DELAY);
                    entry.timer.set(net.nowNs() + DELAY_NS);
                }
                send(skb, device, link);
            } else {
                queue(entry, skb);
            }
        }
    }

    private static void send(SkBuff skb, NetDevice device, byte[] to) {
        Ethernet.push(skb, to, device.address, skb.protocol);
        device.output(skb);
    }

    private void queue(Entry entry, SkBuff skb) {
        if (entry.waiting.size() >= MAX_WAITING) {
            entry.waiting.removeFirst().release();
        }
        entry.waiting.addLast(skb);
        if (entry.state != Netlink.NUD_INCOMPLETE) {
            move(entry, Netlink.NUD_INCOMPLETE);
            entry.probes = 0;
            ask(entry);
        }
    }

    private void ask(Entry entry) {
        entry.probes++;
        entry.timer.set(net.nowNs() + RETRANSMIT_NS);
        resolver.solicit(
                entry.device,
                entry.address,
                entry.state == Netlink.NUD_PROBE ? entry.link : null,
                entry.waiting.peekFirst());
    }

    private void fail(Entry entry) {
        move(entry, Netlink.NUD_FAILED);
        entry.link = null;
        entry.timer.set(net.nowNs() + STALE_NS);
        while (!entry.waiting.isEmpty()) {
            resolver.unreachable(entry.waiting.removeFirst());
        }
    }

    private Entry entryFor(NetDevice device, IpAddress address) {
        Entry entry = find(device, address);
        if (entry == null) {
            if (entries.size() >= MAX_ENTRIES) {
                shrink();
            }
            entry = new Entry(device, address);
            entry.state = Netlink.NUD_NONE;
            entries.put(new Key(device, address), entry);
        }
        return entry;
    }

    private void shrink() {
        Entry oldest = null;
        for (Entry e : entries.values()) {
            if (e.state != Netlink.NUD_PERMANENT && (oldest == null || e.usedNs < oldest.usedNs)) {
                oldest = e;
            }
        }
        if (oldest != null) {
            remove(oldest);
        }
    }

    // --- learning ---

    /**
     * A neighbour has been heard.
     *
     * @param solicited it answered a question of ours
     * @param override another address than the known one is believed
     * @param create even if it has not been asked for
     */
    public void learn(
            NetDevice device, IpAddress address, byte[] link, boolean solicited, boolean override, boolean create) {
        Entry entry = find(device, address);
        if (entry == null) {
            if (!create) {
                return;
            }
            entry = entryFor(device, address);
        }
        if (entry.state == Netlink.NUD_PERMANENT || entry.state == Netlink.NUD_NOARP) {
            return;
        }
        boolean other = entry.link == null || !java.util.Arrays.equals(entry.link, link);
        if (entry.link != null && other && !override) {
            return;
        }
        entry.link = link;
        if (solicited) {
            confirm(entry);
        } else if (other || entry.state == Netlink.NUD_INCOMPLETE) {
            move(entry, Netlink.NUD_STALE);
            entry.usedNs = net.nowNs();
            entry.timer.set(net.nowNs() + STALE_NS);
        }
        flushWaiting(entry);
    }

    private void confirm(Entry entry) {
        move(entry, Netlink.NUD_REACHABLE);
        entry.timer.set(net.nowNs() + REACHABLE_NS);
    }

    private void flushWaiting(Entry entry) {
        byte[] link = entry.link;
        while (link != null && !entry.waiting.isEmpty()) {
            send(entry.waiting.removeFirst(), entry.device, link);
        }
    }

    private void move(Entry entry, int state) {
        if (entry.state != state) {
            entry.state = state;
            entry.updatedNs = net.nowNs();
            resolver.changed(entry);
        }
    }

    /** Sets an entry as RTM_NEWNEIGH or SIOCSARP say. */
    public void set(NetDevice device, IpAddress address, byte @Nullable [] link, int state, int flags) {
        Entry entry = entryFor(device, address);
        entry.link = link == null ? entry.link : link;
        entry.flags = flags;
        entry.usedNs = net.nowNs();
        entry.timer.stop();
        entry.state = 0;
        move(entry, state);
        if (state == Netlink.NUD_REACHABLE) {
            entry.timer.set(net.nowNs() + REACHABLE_NS);
        } else if (state == Netlink.NUD_STALE) {
            entry.timer.set(net.nowNs() + STALE_NS);
        }
        flushWaiting(entry);
    }

    public void remove(Entry entry) {
        entry.timer.stop();
        entries.remove(new Key(entry.device, entry.address));
        entry.waiting.forEach(SkBuff::release);
        entry.waiting.clear();
        move(entry, Netlink.NUD_FAILED);
    }

    /** Forgets a device's neighbours. */
    public void flush(NetDevice device) {
        for (Entry entry : all()) {
            if (entry.device == device) {
                remove(entry);
            }
        }
    }

    /** Does the device have link addresses of this length? */
    static boolean hasLinkAddress(NetDevice device) {
        return device.type == IfConst.ARPHRD_ETHER;
    }
}
