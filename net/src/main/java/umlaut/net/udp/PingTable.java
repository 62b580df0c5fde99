package umlaut.net.udp;

import java.util.ArrayList;
import java.util.List;
import umlaut.abi.SockConst;
import umlaut.net.core.Be;
import umlaut.net.core.IcmpError;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.PortTable;

/** Ping sockets by their identifiers, which they have as UDP has ports (net/ipv4/ping.c). Guarded by the namespace's lock. */
public final class PingTable {
    final PortTable ports;
    private final List<PingSock> socks = new ArrayList<>();

    public PingTable(NetNamespace net) {
        this.ports = new PortTable(net, false);
    }

    void add(PingSock sock) {
        ports.add(sock.localPort, sock);
        socks.add(sock);
    }

    void remove(PingSock sock) {
        ports.remove(sock.localPort, sock);
        socks.remove(sock);
    }

    public List<PingSock> all() {
        return List.copyOf(socks);
    }

    /** An echo reply, starting at its ICMP header: taken over. */
    public void receive(SkBuff skb) {
        int id = Be.u16(skb.head(), skb.start() + 4);
        boolean v4 = skb.source.isV4();
        PingSock found = null;
        for (PingSock sock : socks) {
            boolean fits = sock.localPort == id
                    && (sock.family == SockConst.AF_INET) == v4
                    && (sock.local.isAny() || sock.local.equals(skb.destination))
                    && (sock.boundDevice == 0 || skb.device != null && skb.device.index == sock.boundDevice);
            if (fits) {
                found = sock;
            }
        }
        if (found == null) {
            skb.release();
        } else {
            found.enqueue(skb);
        }
    }

    /** An error about an echo request. */
    public void error(IcmpError error) {
        if (error.packet().length < 8) {
            return;
        }
        int id = Be.u16(error.packet(), 4);
        for (PingSock sock : all()) {
            if (sock.localPort == id && (sock.family == SockConst.AF_INET) == error.v4()) {
                sock.icmpError(error);
            }
        }
    }
}
