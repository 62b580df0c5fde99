package umlaut.net.inet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.InetConst;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;

/** What ip(7) and ipv6(7) let be set on a socket. Guarded by the namespace's lock where it matters that fields agree. */
public final class IpOptions {
    /** Numbers of options that are just on or off, as bits; one word for SOL_IP, two for SOL_IPV6. */
    private long switches4 = 1L << InetConst.IP_MULTICAST_LOOP | 1L << InetConst.IP_MULTICAST_ALL;

    private long switches6Low = 1L << InetConst.IPV6_MULTICAST_LOOP | 1L << InetConst.IPV6_MULTICAST_ALL;
    private long switches6High;

    /** -1: the system's. */
    public int ttl = -1;

    public int tos;
    public int multicastTtl = 1;
    public int multicastIndex;
    public IpAddress multicastAddress = IpAddress.ANY4;
    public int unicastIndex;
    public int mtuDiscover = InetConst.IP_PMTUDISC_WANT;
    public int minTtl;
    public byte @Nullable [] headerOptions;
    public int portRange;

    public int hops = -1;
    public int multicastHops = -1;
    public int multicastIndex6;
    public int unicastIndex6;
    public int trafficClass = -1;
    public int mtuDiscover6 = InetConst.IP_PMTUDISC_WANT;
    public int minHops;
    public int addressPreferences;
    public int checksumOffset = -1;
    public int mtu6;

    public final List<Membership> memberships = new ArrayList<>(0);

    public boolean on4(int option) {
        return (switches4 >>> option & 1) != 0;
    }

    void set4(int option, boolean on) {
        switches4 = on ? switches4 | 1L << option : switches4 & ~(1L << option);
    }

    /** Switches one on, as a kind of socket has it from the start. */
    public void set(boolean four, int option) {
        if (four) {
            set4(option, true);
        } else {
            set6(option, true);
        }
    }

    public boolean on6(int option) {
        return ((option < 64 ? switches6Low : switches6High) >>> option & 1) != 0;
    }

    void set6(int option, boolean on) {
        if (option < 64) {
            switches6Low = on ? switches6Low | 1L << option : switches6Low & ~(1L << option);
        } else {
            switches6High = on ? switches6High | 1L << option : switches6High & ~(1L << option);
        }
    }

    int portLow(int systemLow) {
        int low = portRange & 0xffff;
        return low == 0 ? systemLow : low;
    }

    int portHigh(int systemHigh) {
        int high = portRange >>> 16;
        return high == 0 ? systemHigh : high;
    }

    /** Copies what a connection takes over from its listener. */
    public void inherit(IpOptions from) {
        switches4 = from.switches4;
        switches6Low = from.switches6Low;
        switches6High = from.switches6High;
        ttl = from.ttl;
        tos = from.tos;
        multicastTtl = from.multicastTtl;
        mtuDiscover = from.mtuDiscover;
        minTtl = from.minTtl;
        hops = from.hops;
        multicastHops = from.multicastHops;
        trafficClass = from.trafficClass;
        mtuDiscover6 = from.mtuDiscover6;
        minHops = from.minHops;
        headerOptions = from.headerOptions;
    }

    /** Does a socket that is not in the group or filters sources take this packet (ip_mc_sf_allow)? */
    public boolean takes(IpAddress group, IpAddress source, NetDevice device) {
        for (int i = 0; i < memberships.size(); i++) {
            Membership m = memberships.get(i);
            if (m.device == device && m.group.equals(group)) {
                return m.wants(source);
            }
        }
        return group.isV4() ? on4(InetConst.IP_MULTICAST_ALL) : on6(InetConst.IPV6_MULTICAST_ALL);
    }
}
