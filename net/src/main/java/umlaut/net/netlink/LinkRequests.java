package umlaut.net.netlink;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Ifinfomsg;
import umlaut.abi.Netlink;
import umlaut.kernel.task.Task;
import umlaut.net.Network;
import umlaut.net.core.DeviceTable;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.device.BridgeDevice;
import umlaut.net.device.DummyDevice;
import umlaut.net.device.VethDevice;
import umlaut.net.device.VlanDevice;
import umlaut.net.inet.InterfaceIoctl;

/** Requests about links: listing, changing, making and removing (rtnetlink(7), ip-link(8); net/core/rtnetlink.c). The namespace's lock is held. */
final class LinkRequests {
    private static final int VLAN_ID = 1, VETH_PEER = 1;

    private final NetNamespace net;
    private final Network network;

    LinkRequests(NetNamespace net, Network network) {
        this.net = net;
        this.network = network;
    }

    void get(NlReader in, boolean dump, NlWriter out) {
        if (!dump) {
            RouteMessages.link(out, find(in), Netlink.RTM_NEWLINK, 0, 0);
            return;
        }
        NlReader info = in.nested(Netlink.IFLA_LINKINFO);
        String kind = info == null ? null : info.text(Netlink.IFLA_INFO_KIND);
        int master = in.number(Netlink.IFLA_MASTER, 0);
        for (NetDevice d : net.devices.all()) {
            boolean fits = (kind == null || kind.equals(d.kind()))
                    && (master == 0 || d.master != null && d.master.index == master);
            if (fits) {
                RouteMessages.link(out, d, Netlink.RTM_NEWLINK, Netlink.NLM_F_MULTI, 0);
            }
        }
    }

    private @Nullable NetDevice findOrNull(NlReader in) {
        int index = in.i32(4);
        if (index > 0) {
            return net.devices.byIndex(index);
        }
        String name = in.text(Netlink.IFLA_IFNAME);
        if (name == null) {
            name = in.text(Netlink.IFLA_ALT_IFNAME);
        }
        if (name == null) {
            throw Errno.EINVAL.exception();
        }
        return net.devices.byName(name);
    }

    private NetDevice find(NlReader in) {
        NetDevice found = findOrNull(in);
        if (found == null) {
            throw Errno.ENODEV.exception();
        }
        return found;
    }

    /** RTM_NEWLINK and RTM_SETLINK. */
    void change(Task task, NlReader in, int flags) {
        boolean creates = (flags & Netlink.NLM_F_CREATE) != 0;
        NetDevice known = in.i32(4) > 0 || in.has(Netlink.IFLA_IFNAME) ? findOrNull(in) : null;
        if (known != null) {
            if ((flags & Netlink.NLM_F_EXCL) != 0) {
                throw Errno.EEXIST.exception();
            }
            set(task, known, in);
            return;
        }
        if (!creates) {
            throw Errno.ENODEV.exception();
        }
        set(task, create(task, in), in);
    }

    private void set(Task task, NetDevice d, NlReader in) {
        String name = in.text(Netlink.IFLA_IFNAME);
        if (name != null && !name.isEmpty() && !name.equals(d.name) && in.i32(4) > 0) {
            InterfaceIoctl.rename(net, d, name);
        }
        byte[] address = in.data(Netlink.IFLA_ADDRESS);
        if (address != null) {
            if (address.length != d.address.length) {
                throw Errno.EINVAL.exception();
            }
            if (d.isLoopback()) {
                throw Errno.EOPNOTSUPP.exception();
            }
            d.address = address;
        }
        if (in.has(Netlink.IFLA_MTU)) {
            InterfaceIoctl.setMtu(net, d, in.number(Netlink.IFLA_MTU, 0));
        }
        d.txQueueLength = in.number(Netlink.IFLA_TXQLEN, d.txQueueLength);
        d.group = in.number(Netlink.IFLA_GROUP, d.group);
        if (in.has(Netlink.IFLA_IFALIAS)) {
            d.alias = in.text(Netlink.IFLA_IFALIAS);
        }
        if (in.has(Netlink.IFLA_MASTER)) {
            enslave(d, in.number(Netlink.IFLA_MASTER, 0));
        }
        int mask = in.i32(12) == 0 && in.i32(8) != 0 ? -1 : in.i32(12);
        if (mask != 0) {
            net.devices.setFlags(d, d.flags & ~mask | in.i32(8) & mask);
        }
        NetNamespace to = target(task, in);
        if (to != null && to != net) {
            net.defer(() -> DeviceTable.move(d, to));
        }
    }

    private @Nullable NetNamespace target(Task task, NlReader in) {
        if (in.has(Netlink.IFLA_NET_NS_PID)) {
            return network.namespaceOfProcess(task, in.number(Netlink.IFLA_NET_NS_PID, 0));
        }
        if (in.has(Netlink.IFLA_NET_NS_FD)) {
            return network.namespaceOfFile(task, in.number(Netlink.IFLA_NET_NS_FD, -1));
        }
        return null;
    }

    private void enslave(NetDevice d, int index) {
        NetDevice before = d.master;
        if (before instanceof BridgeDevice bridge) {
            bridge.removePort(d);
        }
        if (index == 0) {
            return;
        }
        if (!(net.devices.byIndex(index) instanceof BridgeDevice bridge)) {
            throw Errno.EOPNOTSUPP.exception();
        }
        bridge.addPort(d);
    }

    // --- making ---

    private NetDevice create(Task task, NlReader in) {
        NlReader info = in.nested(Netlink.IFLA_LINKINFO);
        String kind = info == null ? null : info.text(Netlink.IFLA_INFO_KIND);
        if (kind == null || info == null) {
            throw Errno.EOPNOTSUPP.exception();
        }
        String name = in.text(Netlink.IFLA_IFNAME);
        NlReader data = info.nested(Netlink.IFLA_INFO_DATA);
        NetDevice made = switch (kind) {
            case "dummy" -> new DummyDevice(net, name == null ? "dummy%d" : name, mac());
            case "bridge" -> new BridgeDevice(net, name == null ? "bridge%d" : name, mac());
            case "veth" -> veth(task, name, peer(data));
            case "vlan" -> vlan(name, in.number(Netlink.IFLA_LINK, 0), data);
            default -> throw Errno.EOPNOTSUPP.exception();
        };
        net.devices.register(made, Math.max(0, in.i32(4)));
        if (made instanceof VethDevice first) {
            NetNamespace there = target(task, peer(data));
            if (there == null || there == net) {
                net.devices.register(first.peer(), 0);
            } else {
                net.defer(() -> DeviceTable.place(first.peer(), there));
            }
        } else if (made instanceof VlanDevice vlan) {
            vlan.attach();
        }
        return made;
    }

    private static byte[] mac() {
        byte[] mac = new byte[6];
        ThreadLocalRandom.current().nextBytes(mac);
        mac[0] = (byte) (mac[0] & 0xfe | 2);
        return mac;
    }

    /** What is said of a pair's other end: a link message of its own. */
    private static NlReader peer(@Nullable NlReader data) {
        byte[] peer = data == null ? null : data.data(VETH_PEER);
        return NlReader.of(peer == null ? new byte[0] : peer, Ifinfomsg.SIZE);
    }

    private NetDevice veth(Task task, @Nullable String name, NlReader peer) {
        String peerName = peer.text(Netlink.IFLA_IFNAME);
        NetNamespace there = target(task, peer);
        boolean here = there == null || there == net;
        if (here && peerName != null && net.devices.byName(peerName) != null) {
            throw Errno.EEXIST.exception();
        }
        byte[] address = peer.data(Netlink.IFLA_ADDRESS);
        if (address != null && address.length != 6) {
            throw Errno.EINVAL.exception();
        }
        VethDevice pair = VethDevice.pair(
                net,
                name == null ? "veth%d" : name,
                mac(),
                peerName == null ? "veth%d" : peerName,
                address == null ? mac() : address);
        pair.peer().mtu = peer.number(Netlink.IFLA_MTU, pair.peer().mtu);
        return pair;
    }

    private NetDevice vlan(@Nullable String name, int lower, @Nullable NlReader data) {
        NetDevice real = net.devices.byIndex(lower);
        if (real == null) {
            throw Errno.ENODEV.exception();
        }
        if (data == null || !data.has(VLAN_ID) || !real.isEthernet()) {
            throw Errno.EINVAL.exception();
        }
        int number = data.number(VLAN_ID, 0);
        if (number >= 4095) {
            throw Errno.ERANGE.exception();
        }
        if (real.vlans.containsKey(number)) {
            throw Errno.EEXIST.exception();
        }
        return new VlanDevice(real, name == null ? real.name + "." + number : name, number);
    }

    void delete(NlReader in) {
        NetDevice d = find(in);
        if (d.kind() == null) {
            throw Errno.EOPNOTSUPP.exception();
        }
        net.devices.unregister(d);
    }
}
