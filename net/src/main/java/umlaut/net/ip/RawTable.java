package umlaut.net.ip;

import java.util.ArrayList;
import java.util.List;
import umlaut.abi.SockConst;
import umlaut.net.core.IcmpError;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/** Raw sockets, and their copies of what comes in (net/ipv4/raw.c, net/ipv6/raw.c). Guarded by the namespace's lock. */
public final class RawTable {
    private final List<RawSock> socks = new ArrayList<>();

    public RawTable(NetNamespace net) {}

    void add(RawSock sock) {
        socks.add(sock);
    }

    void remove(RawSock sock) {
        socks.remove(sock);
    }

    public List<RawSock> all() {
        return List.copyOf(socks);
    }

    /** Gives copies of a packet, which starts behind its IP header, to those who want it. @return true if there was any */
    boolean deliver(SkBuff skb, boolean v4) {
        boolean heard = false;
        for (int i = 0; i < socks.size(); i++) {
            RawSock sock = socks.get(i);
            if ((sock.family == SockConst.AF_INET) == v4 && sock.wants(skb)) {
                heard = true;
                sock.deliver(skb.duplicate());
            }
        }
        return heard;
    }

    void error(IcmpError error) {
        for (RawSock sock : all()) {
            boolean fits = (sock.family == SockConst.AF_INET) == error.v4()
                    && sock.protocol == error.protocol()
                    && covers(sock.local, error.source())
                    && covers(sock.remote, error.destination());
            if (fits) {
                sock.icmpError(error);
            }
        }
    }

    private static boolean covers(IpAddress own, IpAddress address) {
        return own.isAny() || own.equals(address);
    }
}
