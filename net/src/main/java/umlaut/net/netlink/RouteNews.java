package umlaut.net.netlink;

import java.util.function.Consumer;
import umlaut.abi.Netlink;
import umlaut.net.core.AddressTable;
import umlaut.net.core.DeviceTable;
import umlaut.net.core.Fib;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.NeighbourTable;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.Route;
import umlaut.net.core.Rule;

/** Tells the groups of NETLINK_ROUTE what changes in a namespace (rtnetlink(7)). Called with its lock held. */
final class RouteNews implements DeviceTable.Listener, AddressTable.Listener, Fib.Listener {
    private final NetlinkNetwork network;
    private final NetNamespace net;

    RouteNews(NetlinkNetwork network, NetNamespace net) {
        this.network = network;
        this.net = net;
    }

    private void tell(int group, Consumer<NlWriter> what) {
        if (!network.anyListener(net, group)) {
            return;
        }
        NlWriter out = new NlWriter(0, 0);
        what.accept(out);
        for (byte[] datagram : out.finish()) {
            network.tell(net, Netlink.NETLINK_ROUTE, group, datagram);
        }
    }

    @Override
    public void deviceChanged(NetDevice device, int changed) {
        tell(Netlink.RTNLGRP_LINK, out -> RouteMessages.link(out, device, Netlink.RTM_NEWLINK, 0, changed));
    }

    @Override
    public void deviceRemoved(NetDevice device) {
        tell(Netlink.RTNLGRP_LINK, out -> RouteMessages.link(out, device, Netlink.RTM_DELLINK, 0, -1));
    }

    @Override
    public void addressChanged(NetDevice device, InterfaceAddress a, boolean added) {
        int group = a.local.isV4() ? Netlink.RTNLGRP_IPV4_IFADDR : Netlink.RTNLGRP_IPV6_IFADDR;
        int type = added ? Netlink.RTM_NEWADDR : Netlink.RTM_DELADDR;
        tell(group, out -> RouteMessages.address(out, net, device, a, type, 0));
    }

    @Override
    public void routeChanged(Route route, boolean added, boolean replaced) {
        int group = route.destination().isV4() ? Netlink.RTNLGRP_IPV4_ROUTE : Netlink.RTNLGRP_IPV6_ROUTE;
        int type = added ? Netlink.RTM_NEWROUTE : Netlink.RTM_DELROUTE;
        tell(group, out -> RouteMessages.route(out, route, type, replaced ? Netlink.NLM_F_REPLACE : 0));
    }

    @Override
    public void ruleChanged(Rule rule, boolean added, boolean v4) {
        int group = v4 ? Netlink.RTNLGRP_IPV4_RULE : Netlink.RTNLGRP_IPV6_RULE;
        int type = added ? Netlink.RTM_NEWRULE : Netlink.RTM_DELRULE;
        tell(group, out -> RouteMessages.rule(out, rule, v4, type, 0));
    }

    void neighbour(NeighbourTable.Entry entry) {
        int type = Netlink.RTM_NEWNEIGH;
        tell(Netlink.RTNLGRP_NEIGH, out -> RouteMessages.neighbour(out, net, entry, type, 0));
    }
}
