package umlaut.net.nftables;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Netlink;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.Route;
import umlaut.net.netfilter.NfPacket;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** What routing says of the packet's source or destination (net/netfilter/nft_fib.c). */
final class RouteQuestion extends Expression {
    private static final int DREG = 1, RESULT = 2, FLAGS = 3, OIF = 1, OIFNAME = 2, ADDRTYPE = 3;
    private static final int SADDR = 1, DADDR = 2, MARK = 4, IIF = 8, OIF_FLAG = 16, PRESENT = 32, NAME_SIZE = 16;

    private final int register;
    private final int result;
    private final int flags;

    RouteQuestion(NlReader in) {
        result = in.be32(RESULT, -1);
        flags = in.be32(FLAGS, 0);
        boolean one = (flags & SADDR) != 0 ^ (flags & DADDR) != 0;
        if (result < OIF || result > ADDRTYPE || !one) {
            throw Errno.EINVAL.exception();
        }
        register = Register.read(in, DREG, result == OIFNAME ? NAME_SIZE : 4);
    }

    @Override
    String name() {
        return "fib";
    }

    @Override
    void run(Evaluation e) {
        NfPacket p = e.packet;
        IpAddress asked = (flags & SADDR) != 0 ? p.skb.source : p.skb.destination;
        IpAddress other = (flags & SADDR) != 0 ? p.skb.destination : p.skb.source;
        int mark = (flags & MARK) != 0 ? p.skb.mark : 0;
        Route route = p.net.fib(p.v4).lookup(asked, other, 0, null, p.skb.tos, mark);
        if (result == ADDRTYPE) {
            e.put32(register, typeOf(p, asked, route));
            return;
        }
        NetDevice out = route == null ? null : route.device();
        boolean matters = (flags & (IIF | OIF_FLAG)) != 0;
        NetDevice wanted = (flags & IIF) != 0 ? p.in : p.out;
        if (matters && out != wanted) {
            out = null;
        }
        if ((flags & PRESENT) != 0) {
            e.put32(register, out != null ? 1 : 0);
        } else if (result == OIF) {
            e.put32(register, out == null ? 0 : out.index);
        } else {
            String name = out == null ? "" : out.name;
            e.put(register, Arrays.copyOf(name.getBytes(StandardCharsets.ISO_8859_1), NAME_SIZE), 0, NAME_SIZE);
        }
    }

    static int typeOf(NfPacket p, IpAddress address, @Nullable Route route) {
        if (address.isMulticast()) {
            return Netlink.RTN_MULTICAST;
        }
        if (p.v4) {
            return p.net.fib4.addressType(address);
        }
        return p.net.fib6.isLocal(address) ? Netlink.RTN_LOCAL : route == null ? Netlink.RTN_UNREACHABLE : route.type();
    }

    @Override
    void write(NlWriter out) {
        Register.write(out, DREG, register);
        out.be32(RESULT, result).be32(FLAGS, flags);
    }
}
