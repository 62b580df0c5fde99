package umlaut.net.netlink;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Netlink;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.Network;
import umlaut.net.core.AddressTable;
import umlaut.net.core.Be;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NeighbourTable;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.Route;
import umlaut.net.core.RouteTable;
import umlaut.net.core.Rule;
import umlaut.net.ip.IpOutput;

/** NETLINK_ROUTE: looks at and changes links, addresses, routes, rules and neighbours (rtnetlink(7)). */
final class RouteProtocol implements NetlinkProtocol {
    private static final int FRA_DST = 1, FRA_SRC = 2, FRA_IIFNAME = 3, FRA_PRIORITY = 6, FRA_FWMARK = 10;
    private static final int FRA_TABLE = 15, FRA_FWMASK = 16, FRA_OIFNAME = 17, FRA_PROTOCOL = 21;
    private static final int QDISC_KIND = 1;

    private final NetNamespace net;
    private final LinkRequests links;

    RouteProtocol(NetNamespace net, Network network) {
        this.net = net;
        this.links = new LinkRequests(net, network);
    }

    @Override
    public boolean request(Task task, int type, int flags, byte[] payload, NlWriter out) {
        boolean reads = (type - Netlink.RTM_NEWLINK & 3) == 2;
        if (!reads && !task.credentials().capableIn(task.ns().net().owner(), Capability.CAP_NET_ADMIN)) {
            throw Errno.EPERM.exception();
        }
        boolean dump = reads && (flags & Netlink.NLM_F_DUMP) == Netlink.NLM_F_DUMP;
        switch (type) {
            case Netlink.RTM_GETLINK -> links.get(NlReader.of(payload, 16), dump, out);
            case Netlink.RTM_NEWLINK, Netlink.RTM_SETLINK ->
                links.change(task, NlReader.of(payload, 16), type == Netlink.RTM_NEWLINK ? flags : 0);
            case Netlink.RTM_DELLINK -> links.delete(NlReader.of(payload, 16));
            case Netlink.RTM_GETADDR -> addresses(NlReader.of(payload, 8), out);
            case Netlink.RTM_NEWADDR -> newAddress(NlReader.of(payload, 8), flags);
            case Netlink.RTM_DELADDR -> deleteAddress(NlReader.of(payload, 8));
            case Netlink.RTM_GETROUTE -> getRoute(task, NlReader.of(payload, 12), dump, out);
            case Netlink.RTM_NEWROUTE -> newRoute(NlReader.of(payload, 12), flags);
            case Netlink.RTM_DELROUTE -> deleteRoute(NlReader.of(payload, 12));
            case Netlink.RTM_GETRULE -> rules(NlReader.of(payload, 12), out);
            case Netlink.RTM_NEWRULE, Netlink.RTM_DELRULE ->
                changeRule(NlReader.of(payload, 12), type == Netlink.RTM_NEWRULE, flags);
            case Netlink.RTM_GETNEIGH -> neighbours(NlReader.of(payload, 12), dump, out);
            case Netlink.RTM_NEWNEIGH, Netlink.RTM_DELNEIGH ->
                changeNeighbour(NlReader.of(payload, 12), type == Netlink.RTM_NEWNEIGH, flags);
            case Netlink.RTM_GETQDISC -> qdiscs(out);
            case Netlink.RTM_GETNSID -> {
                if (!dump) {
                    // No namespace has been given a number.
                    out.begin(Netlink.RTM_NEWNSID, 0).u32(0).attribute32(1, -1).end();
                }
            }
            case Netlink.RTM_GETTCLASS,
                    Netlink.RTM_GETTFILTER,
                    Netlink.RTM_GETNETCONF,
                    Netlink.RTM_GETADDRLABEL,
                    Netlink.RTM_GETNEIGHTBL,
                    Netlink.RTM_GETNEXTHOP -> {
                if (!dump) {
                    throw Errno.EOPNOTSUPP.exception();
                }
            }
            default -> throw Errno.EOPNOTSUPP.exception();
        }
        if (dump) {
            out.done();
        }
        return dump;
    }

    private NetDevice device(int index) {
        NetDevice device = net.devices.byIndex(index);
        if (device == null) {
            throw Errno.ENODEV.exception();
        }
        return device;
    }

    private static boolean inFamily(int family, boolean v4) {
        return family == SockConst.AF_UNSPEC || family == RouteMessages.family(v4);
    }

    // --- addresses ---

    private void addresses(NlReader in, NlWriter out) {
        int family = in.u8(0);
        int only = in.i32(4);
        for (boolean v4 : new boolean[] {true, false}) {
            for (NetDevice d : net.devices.all()) {
                for (InterfaceAddress a : d.addresses) {
                    if (a.local.isV4() == v4 && inFamily(family, v4) && (only == 0 || d.index == only)) {
                        RouteMessages.address(out, net, d, a, Netlink.RTM_NEWADDR, Netlink.NLM_F_MULTI);
                    }
                }
            }
        }
    }

    private void newAddress(NlReader in, int flags) {
        NetDevice d = device(in.i32(4));
        int length = in.u8(1);
        IpAddress peer = in.address(Netlink.IFA_ADDRESS);
        IpAddress local = in.address(Netlink.IFA_LOCAL);
        local = local == null ? peer : local;
        peer = peer == null ? local : peer;
        if (local == null || peer == null || RouteMessages.family(local.isV4()) != in.u8(0) || length > local.bits()) {
            throw Errno.EINVAL.exception();
        }
        if (!local.isV4() && d.conf.disable6) {
            throw Errno.EACCES.exception();
        }
        if (local.isMulticast()) {
            throw Errno.EADDRNOTAVAIL.exception();
        }
        String label = in.text(Netlink.IFA_LABEL);
        InterfaceAddress made = new InterfaceAddress(
                local,
                peer,
                length,
                in.address(Netlink.IFA_BROADCAST),
                scope(in, local),
                label == null ? d.name : label);
        int given = in.number(Netlink.IFA_FLAGS, in.u8(2));
        made.flags |= given
                & (Netlink.IFA_F_NODAD
                        | Netlink.IFA_F_NOPREFIXROUTE
                        | Netlink.IFA_F_HOMEADDRESS
                        | Netlink.IFA_F_MCAUTOJOIN);
        lifetimes(in, made);
        InterfaceAddress known = AddressTable.find(d, local, local.isV4() ? length : -1);
        if (known != null && (flags & Netlink.NLM_F_REPLACE) != 0) {
            known.validUntilNs = made.validUntilNs;
            known.preferredUntilNs = made.preferredUntilNs;
            net.addresses.armLifetime(d, known);
            net.addresses.changed(d, known);
            return;
        }
        net.addresses.add(d, made);
    }

    private static int scope(NlReader in, IpAddress local) {
        if (local.isV4()) {
            return in.u8(3);
        }
        return local.isLoopback() ? Netlink.RT_SCOPE_HOST : local.isLinkLocal() ? Netlink.RT_SCOPE_LINK : 0;
    }

    private void lifetimes(NlReader in, InterfaceAddress made) {
        byte[] times = in.data(Netlink.IFA_CACHEINFO);
        if (times == null || times.length < 8) {
            return;
        }
        long preferred = Integer.reverseBytes(Be.i32(times, 0)) & 0xffff_ffffL;
        long valid = Integer.reverseBytes(Be.i32(times, 4)) & 0xffff_ffffL;
        if (valid == 0 || preferred > valid) {
            throw Errno.EINVAL.exception();
        }
        long now = net.nowNs();
        made.validUntilNs = valid == 0xffff_ffffL ? Long.MAX_VALUE : now + valid * 1_000_000_000L;
        made.preferredUntilNs = preferred == 0xffff_ffffL ? Long.MAX_VALUE : now + preferred * 1_000_000_000L;
    }

    private void deleteAddress(NlReader in) {
        NetDevice d = device(in.i32(4));
        IpAddress local = in.address(Netlink.IFA_LOCAL);
        local = local == null ? in.address(Netlink.IFA_ADDRESS) : local;
        for (InterfaceAddress a : d.addresses) {
            if (a.local.equals(local) && a.prefixLength == in.u8(1)) {
                net.addresses.remove(d, a);
                return;
            }
        }
        throw Errno.EADDRNOTAVAIL.exception();
    }

    // --- routes ---

    private void getRoute(Task task, NlReader in, boolean dump, NlWriter out) {
        int family = in.u8(0);
        if (dump) {
            int table = in.number(Netlink.RTA_TABLE, in.u8(4));
            for (boolean v4 : new boolean[] {true, false}) {
                for (RouteTable t : net.fib(v4).tables()) {
                    if (inFamily(family, v4) && (table == 0 || t.id == table)) {
                        t.all().forEach(r -> RouteMessages.route(out, r, Netlink.RTM_NEWROUTE, Netlink.NLM_F_MULTI));
                    }
                }
            }
            return;
        }
        IpAddress to = in.address(Netlink.RTA_DST);
        if (to == null) {
            to = family == SockConst.AF_INET6 ? IpAddress.ANY6 : IpAddress.ANY4;
        }
        IpAddress from = in.address(Netlink.RTA_SRC);
        IpOutput way = IpOutput.resolve(
                net, to, from, in.number(Netlink.RTA_OIF, 0), in.u8(3), in.number(Netlink.RTA_MARK, 0));
        if (to.isV4()) {
            int uid = in.number(
                    Netlink.RTA_UID,
                    task.credentials().userNs().showUid(task.credentials().uid()));
            RouteMessages.way(out, way, to, from, in.number(Netlink.RTA_MARK, 0), uid);
            return;
        }
        Route told = new Route(
                to,
                to.bits(),
                Netlink.RT_TABLE_MAIN,
                way.type(),
                0,
                0,
                0,
                0,
                way.nextHop().equals(to) ? null : way.nextHop(),
                way.device(),
                way.source(),
                0,
                0);
        RouteMessages.route(out, told, Netlink.RTM_NEWROUTE, 0);
    }

    private Route read(NlReader in) {
        boolean v4 = in.u8(0) == SockConst.AF_INET;
        IpAddress any = v4 ? IpAddress.ANY4 : IpAddress.ANY6;
        IpAddress to = in.address(Netlink.RTA_DST);
        to = to == null ? any : to;
        int length = in.u8(1);
        if (length > any.bits() || to.isV4() != v4) {
            throw Errno.EINVAL.exception();
        }
        if (!to.prefix(length).equals(to)) {
            if (v4) {
                throw Errno.EINVAL.exception();
            }
            to = to.prefix(length);
        }
        int type = in.u8(7) == 0 ? Netlink.RTN_UNICAST : in.u8(7);
        IpAddress gateway = in.address(Netlink.RTA_GATEWAY);
        int index = in.number(Netlink.RTA_OIF, 0);
        NetDevice device = index == 0 ? null : device(index);
        if (device == null && gateway != null) {
            Route way = net.fib(v4).lookup(gateway, null, 0, null, 0, 0);
            device = way == null || way.type() != Netlink.RTN_UNICAST ? null : way.device();
            if (device == null) {
                throw Errno.ENETUNREACH.exception();
            }
        }
        NlReader metrics = in.nested(Netlink.RTA_METRICS);
        int table = in.number(Netlink.RTA_TABLE, in.u8(4) == 0 ? Netlink.RT_TABLE_MAIN : in.u8(4));
        int metric = in.number(Netlink.RTA_PRIORITY, v4 ? 0 : 1024);
        IpAddress source = in.address(Netlink.RTA_PREFSRC);
        if (source != null && !net.fib(v4).isLocal(source)) {
            throw Errno.EINVAL.exception();
        }
        return new Route(
                to,
                length,
                table,
                type,
                in.u8(6),
                in.u8(5),
                metric,
                in.u8(3),
                gateway,
                device,
                source,
                metrics == null ? 0 : metrics.number(2, 0),
                in.i32(8) & Netlink.RTNH_F_ONLINK);
    }

    private void newRoute(NlReader in, int flags) {
        Route route = read(in);
        boolean refusing = route.type() == Netlink.RTN_BLACKHOLE
                || route.type() == Netlink.RTN_UNREACHABLE
                || route.type() == Netlink.RTN_PROHIBIT
                || route.type() == Netlink.RTN_THROW;
        NetDevice device = route.device();
        if (device == null && !refusing) {
            throw Errno.ENODEV.exception();
        }
        if (device != null && !device.isUp()) {
            throw Errno.ENETDOWN.exception();
        }
        IpAddress gateway = route.gateway();
        boolean v4 = route.destination().isV4();
        if (gateway != null && (route.flags() & Netlink.RTNH_F_ONLINK) == 0 && device != null) {
            Route way = net.fib(v4).lookup(gateway, null, gateway.needsScope() ? device.index : 0, null, 0, 0);
            boolean reachable = way != null && way.gateway() == null && way.type() == Netlink.RTN_UNICAST;
            if (!reachable) {
                throw (v4 ? Errno.ENETUNREACH : Errno.EHOSTUNREACH).exception();
            }
        }
        net.fib(v4).add(route, flags);
    }

    private void deleteRoute(NlReader in) {
        boolean v4 = in.u8(0) == SockConst.AF_INET;
        IpAddress to = in.address(Netlink.RTA_DST);
        to = to == null ? v4 ? IpAddress.ANY4 : IpAddress.ANY6 : to;
        int table = in.number(Netlink.RTA_TABLE, in.u8(4) == 0 ? Netlink.RT_TABLE_MAIN : in.u8(4));
        int metric = in.number(Netlink.RTA_PRIORITY, 0);
        int index = in.number(Netlink.RTA_OIF, 0);
        IpAddress gateway = in.address(Netlink.RTA_GATEWAY);
        for (Route r : net.fib(v4).table(table).at(to, in.u8(1))) {
            boolean fits = (metric == 0 || metric == r.metric())
                    && (index == 0 || r.device() != null && r.device().index == index)
                    && (gateway == null || gateway.equals(r.gateway()))
                    && (in.u8(7) == 0 || in.u8(7) == r.type())
                    && (in.u8(5) == 0 || in.u8(5) == r.protocol());
            if (fits) {
                net.fib(v4).remove(r);
                return;
            }
        }
        throw Errno.ESRCH.exception();
    }

    // --- rules ---

    private void rules(NlReader in, NlWriter out) {
        for (boolean v4 : new boolean[] {true, false}) {
            if (inFamily(in.u8(0), v4)) {
                net.fib(v4)
                        .rules()
                        .forEach(r -> RouteMessages.rule(out, r, v4, Netlink.RTM_NEWRULE, Netlink.NLM_F_MULTI));
            }
        }
    }

    private void changeRule(NlReader in, boolean add, int flags) {
        boolean v4 = in.u8(0) != SockConst.AF_INET6;
        IpAddress any = v4 ? IpAddress.ANY4 : IpAddress.ANY6;
        IpAddress source = in.address(FRA_SRC);
        IpAddress destination = in.address(FRA_DST);
        int mark = in.number(FRA_FWMARK, 0);
        Rule wanted = new Rule(
                in.number(FRA_PRIORITY, add ? freePriority(v4) : -1),
                source == null ? any : source,
                in.u8(2),
                destination == null ? any : destination,
                in.u8(1),
                in.u8(3),
                mark,
                in.number(FRA_FWMASK, mark != 0 ? -1 : 0),
                in.text(FRA_IIFNAME),
                in.text(FRA_OIFNAME),
                in.number(FRA_TABLE, in.u8(4)),
                in.u8(7) == 0 ? Rule.TO_TABLE : in.u8(7),
                in.number(FRA_PROTOCOL, 0));
        if (add) {
            if ((flags & Netlink.NLM_F_EXCL) != 0 && find(wanted, v4, true) != null) {
                throw Errno.EEXIST.exception();
            }
            net.fib(v4).addRule(wanted);
            return;
        }
        Rule found = find(wanted, v4, false);
        if (found == null) {
            throw Errno.ENOENT.exception();
        }
        net.fib(v4).removeRule(found);
    }

    private int freePriority(boolean v4) {
        int first = net.fib(v4).rules().size() > 1 ? net.fib(v4).rules().get(1).priority() : 32766;
        return Math.max(0, first - 1);
    }

    private @Nullable Rule find(Rule wanted, boolean v4, boolean exact) {
        for (Rule r : net.fib(v4).rules()) {
            boolean same = (wanted.priority() < 0 || r.priority() == wanted.priority())
                    && (wanted.table() == 0 || r.table() == wanted.table())
                    && (!exact && wanted.sourceLength() == 0
                            || r.source().equals(wanted.source()) && r.sourceLength() == wanted.sourceLength())
                    && (!exact && wanted.destinationLength() == 0
                            || r.destination().equals(wanted.destination()))
                    && (!exact && wanted.mask() == 0 || r.mark() == wanted.mark());
            if (same) {
                return r;
            }
        }
        return null;
    }

    // --- neighbours ---

    private void neighbours(NlReader in, boolean dump, NlWriter out) {
        int index = in.i32(4);
        for (boolean v4 : new boolean[] {true, false}) {
            for (NeighbourTable.Entry e : net.neighbours(v4).all()) {
                boolean fits = inFamily(in.u8(0), v4) && (index == 0 || e.device.index == index) && e.state != 0;
                if (fits && dump) {
                    RouteMessages.neighbour(out, net, e, Netlink.RTM_NEWNEIGH, Netlink.NLM_F_MULTI);
                }
            }
        }
        if (!dump) {
            IpAddress to = in.address(Netlink.NDA_DST);
            if (to == null) {
                throw Errno.EINVAL.exception();
            }
            NeighbourTable.Entry found = net.neighbours(to.isV4()).find(device(index), to);
            if (found == null) {
                throw Errno.ENOENT.exception();
            }
            RouteMessages.neighbour(out, net, found, Netlink.RTM_NEWNEIGH, 0);
        }
    }

    private void changeNeighbour(NlReader in, boolean add, int flags) {
        IpAddress to = in.address(Netlink.NDA_DST);
        if (to == null) {
            throw Errno.EINVAL.exception();
        }
        NetDevice d = device(in.i32(4));
        NeighbourTable table = net.neighbours(to.isV4());
        NeighbourTable.Entry known = table.find(d, to);
        if (!add) {
            if (known == null) {
                throw Errno.ENOENT.exception();
            }
            table.remove(known);
            return;
        }
        if (known == null && (flags & Netlink.NLM_F_CREATE) == 0) {
            throw Errno.ENOENT.exception();
        }
        if (known != null && (flags & Netlink.NLM_F_EXCL) != 0) {
            throw Errno.EEXIST.exception();
        }
        byte[] link = in.data(Netlink.NDA_LLADDR);
        if (link != null && link.length != d.address.length) {
            throw Errno.EINVAL.exception();
        }
        table.set(d, to, link, in.u16(8) == 0 ? Netlink.NUD_PERMANENT : in.u16(8), in.u8(10));
    }

    // --- queueing ---

    private void qdiscs(NlWriter out) {
        for (NetDevice d : net.devices.all()) {
            out.begin(Netlink.RTM_NEWQDISC, Netlink.NLM_F_MULTI)
                    .u8(0, 0, 0, 0)
                    .u32(d.index)
                    .u32(0)
                    .u32(-1)
                    .u32(2);
            out.text(QDISC_KIND, "noqueue").end();
        }
    }
}
