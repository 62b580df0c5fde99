package umlaut.net.core;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import umlaut.abi.IfConst;
import umlaut.abi.InetConst;
import umlaut.net.device.LoopbackDevice;
import umlaut.net.device.RxHandler;
import umlaut.net.ip.Arp;
import umlaut.net.ip.Icmp;
import umlaut.net.ip.Icmpv6;
import umlaut.net.ip.Igmp;
import umlaut.net.ip.Ipv4;
import umlaut.net.ip.Ipv6;
import umlaut.net.ip.NeighbourDiscovery;
import umlaut.net.ip.RawTable;
import umlaut.net.netfilter.Netfilter;
import umlaut.net.nftables.NfTables;
import umlaut.net.proxy.TransparentProxy;
import umlaut.net.tcp.TcpTable;
import umlaut.net.udp.PingTable;
import umlaut.net.udp.UdpTable;

/**
 * A whole network stack: devices, addresses, routes, sockets (Linux: struct net, network_namespaces(7)). The package says how its lock is used; {@link #unlock} runs what Linux does in
 * softirqs.
 */
public final class NetNamespace {
    /** Packets received before others get the lock: a loop of bridges must not keep it for ever. */
    private static final int BUDGET = 20_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final NetTimers.Host host;
    public final ChunkPool chunks;
    public final NetTimers timers;
    public final Counters counters = new Counters();
    public final NetSettings settings = new NetSettings();
    public final Taps taps = new Taps();
    public final Fib fib4;
    public final Fib fib6;
    public final DeviceTable devices;
    public final AddressTable addresses;
    public final RouteEvents routeEvents = new RouteEvents();
    public final Ipv4 ipv4;
    public final Ipv6 ipv6;
    public final Icmp icmp;
    public final Icmpv6 icmp6;
    public final Igmp igmp;
    public final Arp arp;
    public final NeighbourDiscovery discovery;
    public final NeighbourTable neighbours4;
    public final NeighbourTable neighbours6;
    public final RawTable raw;
    public final UdpTable udp;
    public final UdpTable udpLite;
    public final PingTable ping;
    public final TcpTable tcp;
    public final NetDevice loopback;
    public final Netfilter netfilter;
    public final NfTables nftables;
    private final @Nullable ProtocolHandler[] protocols = new ProtocolHandler[256];

    @GuardedBy("lock") private final ArrayDeque<SkBuff> backlog = new ArrayDeque<>();

    @GuardedBy("lock") private boolean receiving;
    /** What other namespaces' devices have sent here. */
    private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    /** Namespaces that have got something in their inboxes from here. */
    @GuardedBy("lock") private final List<NetNamespace> toRun = new ArrayList<>(2);

    /** What is to be done once the lock is free. */
    @GuardedBy("lock") private final List<Runnable> deferred = new ArrayList<>(2);

    /** Who answers in the name of other machines; null: packets for them are forwarded. */
    public @Nullable TransparentProxy proxy;

    private final NetTimer rest;
    private final Consumer<RuntimeException> oops;
    private final ThreadLocal<@Nullable ArrayDeque<NetNamespace>> handOvers;
    /** A number of its own, as SO_NETNS_COOKIE tells. */
    public final long cookie;

    /**
     * @param host the machine's time
     * @param chunks the machine's
     * @param oops told of faults of the stack's own, each of which costs one packet
     */
    public NetNamespace(
            NetTimers.Host host,
            ChunkPool chunks,
            Consumer<RuntimeException> oops,
            ThreadLocal<@Nullable ArrayDeque<NetNamespace>> handOvers,
            long cookie) {
        this.host = host;
        this.chunks = chunks;
        this.oops = oops;
        this.handOvers = handOvers;
        this.cookie = cookie;
        timers = new NetTimers(host);
        rest = timers.create(() -> {});
        devices = new DeviceTable(this);
        addresses = new AddressTable(this);
        fib4 = new Fib(true, routeEvents);
        fib6 = new Fib(false, routeEvents);
        ipv4 = new Ipv4(this);
        ipv6 = new Ipv6(this);
        icmp = new Icmp(this);
        icmp6 = new Icmpv6(this);
        igmp = new Igmp(this);
        arp = new Arp(this);
        discovery = new NeighbourDiscovery(this);
        neighbours4 = new NeighbourTable(this, arp);
        neighbours6 = new NeighbourTable(this, discovery);
        raw = new RawTable(this);
        udp = new UdpTable(this, InetConst.IPPROTO_UDP);
        udpLite = new UdpTable(this, InetConst.IPPROTO_UDPLITE);
        ping = new PingTable(this);
        tcp = new TcpTable(this);
        loopback = new LoopbackDevice(this);
        netfilter = new Netfilter(this);
        nftables = new NfTables(this);
        lock();
        try {
            devices.register(loopback, 1);
        } finally {
            unlock();
        }
    }

    /** Switches lo on, which gives it its addresses. */
    public void bringLoopbackUp() {
        lock();
        try {
            devices.setFlags(loopback, loopback.flags | IfConst.IFF_UP);
        } finally {
            unlock();
        }
    }

    /** Does a device's namespace forward IPv6 packets that come in by it? */
    public boolean settings6Forwarding(NetDevice device) {
        return settings.forward6 || device.conf.forwarding6;
    }

    /** A device's first IPv4 address, 0.0.0.0 if it has none. */
    public IpAddress devicePrimary(@Nullable NetDevice device) {
        InterfaceAddress first = device == null ? null : device.primary(true);
        return first == null ? IpAddress.ANY4 : first.local;
    }

    public Fib fib(boolean v4) {
        return v4 ? fib4 : fib6;
    }

    public NeighbourTable neighbours(boolean v4) {
        return v4 ? neighbours4 : neighbours6;
    }

    /** Who takes packets of a protocol; null: nobody. */
    public @Nullable ProtocolHandler protocol(int number) {
        return protocols[number & 0xff];
    }

    public void setProtocol(int number, ProtocolHandler handler) {
        protocols[number] = handler;
    }

    // --- time ---

    /** Monotonic time, ns. */
    public long nowNs() {
        return host.nowNs();
    }

    public long realtimeNs() {
        return host.realtimeNs();
    }

    /** By the host's alarm. */
    public void runTimers() {
        lock();
        try {
            timers.run(nowNs());
        } finally {
            unlock();
        }
    }

    // --- the lock ---

    public void lock() {
        lock.lock();
    }

    public boolean isLocked() {
        return lock.isHeldByCurrentThread();
    }

    /** Receives what has been looped back, lets go of the lock, and then hands over what has been sent to other namespaces. */
    public void unlock() {
        if (lock.getHoldCount() > 1) {
            lock.unlock();
            return;
        }
        List<NetNamespace> others = List.of();
        List<Runnable> after = List.of();
        try {
            if (!backlog.isEmpty() || !inbox.isEmpty()) {
                softirq();
            }
            if (!toRun.isEmpty()) {
                others = List.copyOf(toRun);
                toRun.clear();
            }
            if (!deferred.isEmpty()) {
                after = List.copyOf(deferred);
                deferred.clear();
            }
        } finally {
            lock.unlock();
        }
        for (Runnable action : after) {
            action.run();
        }
        if (!others.isEmpty()) {
            handOver(others);
        }
    }

    /** Has {@code action} run, with no lock of the stack held, once the present holder lets go. */
    public void defer(Runnable action) {
        deferred.add(action);
    }

    /** One after the other, not nested: packets may go to and fro for long. */
    private void handOver(List<NetNamespace> others) {
        ArrayDeque<NetNamespace> queue = handOvers.get();
        if (queue != null) {
            queue.addAll(others);
            return;
        }
        queue = new ArrayDeque<>(others);
        handOvers.set(queue);
        try {
            while (!queue.isEmpty()) {
                NetNamespace next = queue.removeFirst();
                next.lock();
                next.unlock();
            }
        } finally {
            handOvers.remove();
        }
    }

    /** Has {@code delivery} run in another namespace, under its lock, once the present lock is free. */
    public void post(NetNamespace to, Runnable delivery) {
        to.inbox.add(delivery);
        if (!toRun.contains(to)) {
            toRun.add(to);
        }
    }

    // --- receiving ---

    /** A packet has come in; it is received before the lock is let go. */
    public void backlog(SkBuff skb) {
        backlog.addLast(skb);
    }

    @GuardedBy("lock") private void softirq() {
        if (receiving) {
            return;
        }
        receiving = true;
        try {
            for (int i = 0; i < BUDGET; i++) {
                Runnable delivery = inbox.poll();
                if (delivery != null) {
                    delivery.run();
                }
                SkBuff skb = backlog.pollFirst();
                if (skb == null) {
                    if (delivery == null) {
                        return;
                    }
                } else {
                    receiveSafely(skb);
                }
            }
            rest.set(nowNs());
        } finally {
            receiving = false;
        }
    }

    /** A packet that the stack trips over is dropped, and the fault told. */
    private void receiveSafely(SkBuff skb) {
        try {
            receive(skb);
        } catch (RuntimeException e) {
            oops.accept(e);
        }
    }

    /** __netif_receive_skb_core. */
    private void receive(SkBuff skb) {
        NetDevice device = skb.device;
        if (device == null || !device.isUp()) {
            skb.release();
            return;
        }
        if (device.isEthernet() && skb.macHeader < 0 && !Ethernet.pull(skb, device)) {
            device.received.errors++;
            skb.release();
            return;
        }
        if (!device.isEthernet()) {
            skb.networkHeader = skb.start();
        }
        taps.incoming(device, skb);
        if (skb.protocol == IfConst.ETH_P_8021Q && Vlan.receive(device, skb)) {
            return;
        }
        RxHandler handler = device.rxHandler;
        if (handler != null && handler.handle(skb)) {
            return;
        }
        switch (skb.protocol) {
            case IfConst.ETH_P_IP -> ipv4.receive(skb);
            case IfConst.ETH_P_IPV6 -> ipv6.receive(skb);
            case IfConst.ETH_P_ARP -> arp.receive(skb);
            default -> {
                device.received.dropped++;
                skb.release();
            }
        }
    }
}
