package umlaut.net.inet;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.IfConst;
import umlaut.abi.Ifreq;
import umlaut.abi.Ioctl;
import umlaut.abi.Le;
import umlaut.abi.Netlink;
import umlaut.abi.SockConst;
import umlaut.kernel.task.Task;
import umlaut.net.core.InterfaceAddress;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.Route;

/** The ioctls on any socket that look at and set devices, addresses and routes (netdevice(7); Linux: net/core/dev_ioctl.c, net/ipv4/devinet.c). */
public final class InterfaceIoctl {
    private static final int RTF_GATEWAY = 2, RTF_HOST = 4, RTF_REJECT = 0x200;

    private InterfaceIoctl() {}

    /** @return the result, or -ENOTTY for other commands */
    public static long ioctl(NetNamespace net, Task task, int command, long argument) {
        return switch (command) {
            case Ioctl.SIOCGIFCONF -> configuration(net, task, argument);
            case Ioctl.SIOCADDRT, Ioctl.SIOCDELRT -> route(net, task, command == Ioctl.SIOCADDRT, argument);
            case Ioctl.SIOCGIFNAME,
                    Ioctl.SIOCGIFFLAGS,
                    Ioctl.SIOCGIFADDR,
                    Ioctl.SIOCGIFDSTADDR,
                    Ioctl.SIOCGIFBRDADDR,
                    Ioctl.SIOCGIFNETMASK,
                    Ioctl.SIOCGIFMETRIC,
                    Ioctl.SIOCGIFMTU,
                    Ioctl.SIOCGIFHWADDR,
                    Ioctl.SIOCGIFINDEX,
                    Ioctl.SIOCGIFTXQLEN,
                    Ioctl.SIOCGIFMAP -> get(net, task, command, argument);
            case Ioctl.SIOCSIFFLAGS,
                    Ioctl.SIOCSIFADDR,
                    Ioctl.SIOCSIFBRDADDR,
                    Ioctl.SIOCSIFNETMASK,
                    Ioctl.SIOCSIFDSTADDR,
                    Ioctl.SIOCSIFMTU,
                    Ioctl.SIOCSIFHWADDR,
                    Ioctl.SIOCSIFNAME,
                    Ioctl.SIOCSIFTXQLEN -> set(net, task, command, argument);
            case Ioctl.SIOCETHTOOL -> Errno.EOPNOTSUPP.negative();
            default -> Errno.ENOTTY.negative();
        };
    }

    /** The name in a struct ifreq. */
    public static String name(MemorySegment request) {
        byte[] bytes = Le.getBytes(request, Ifreq.IFR_NAME, Ifreq.IFNAMSIZ - 1);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    /** By name; "eth0:1" is an alias of eth0. @throws umlaut.abi.ErrnoException ENODEV */
    private static NetDevice device(NetNamespace net, String name) {
        int colon = name.indexOf(':');
        NetDevice device = net.devices.byName(colon < 0 ? name : name.substring(0, colon));
        if (device == null) {
            throw Errno.ENODEV.exception();
        }
        return device;
    }

    private static @Nullable InterfaceAddress labelled(NetDevice device, String name) {
        for (InterfaceAddress a : device.addresses) {
            if (a.local.isV4() && a.label.equals(name)) {
                return a;
            }
        }
        return null;
    }

    // --- reading ---

    private static long get(NetNamespace net, Task task, int command, long argument) {
        byte[] request = Le.getBytes(task.memory.struct(argument, Ifreq.SIZE), 0, Ifreq.SIZE);
        MemorySegment in = MemorySegment.ofArray(request);
        MemorySegment out = MemorySegment.ofArray(request.clone());
        net.lock();
        try {
            if (command == Ioctl.SIOCGIFNAME) {
                NetDevice device = net.devices.byIndex(Le.getInt(in, Ifreq.IFR_UNION));
                if (device == null) {
                    return Errno.ENODEV.negative();
                }
                Le.putText(out, Ifreq.IFR_NAME, Ifreq.IFNAMSIZ, device.name);
            } else {
                String name = name(in);
                fill(device(net, name), name, command, out);
            }
        } finally {
            net.unlock();
        }
        MemorySegment answer = task.memory.build(Ifreq.SIZE);
        MemorySegment.copy(out, 0, answer, 0, Ifreq.SIZE);
        task.memory.write(argument, answer, 0, Ifreq.SIZE);
        return 0;
    }

    private static void fill(NetDevice device, String name, int command, MemorySegment out) {
        int at = Ifreq.IFR_UNION;
        switch (command) {
            case Ioctl.SIOCGIFFLAGS -> Le.putShort(out, at, device.visibleFlags() & 0xffff);
            case Ioctl.SIOCGIFMETRIC -> Le.putInt(out, at, 0);
            case Ioctl.SIOCGIFMTU -> Le.putInt(out, at, device.mtu);
            case Ioctl.SIOCGIFINDEX -> Le.putInt(out, at, device.index);
            case Ioctl.SIOCGIFTXQLEN -> Le.putInt(out, at, device.txQueueLength);
            case Ioctl.SIOCGIFMAP -> Le.clear(out, at, 24);
            case Ioctl.SIOCGIFHWADDR -> {
                Le.clear(out, at, 16);
                Le.putShort(out, at, device.type);
                Le.putBytes(out, at + 2, device.address);
            }
            default -> {
                InterfaceAddress a = labelled(device, name);
                if (a == null) {
                    throw Errno.EADDRNOTAVAIL.exception();
                }
                IpAddress shown = switch (command) {
                    case Ioctl.SIOCGIFADDR -> a.local;
                    case Ioctl.SIOCGIFDSTADDR -> a.peer;
                    case Ioctl.SIOCGIFNETMASK -> IpAddress.v4(IpAddress.mask4(a.prefixLength));
                    default -> a.broadcast == null ? IpAddress.ANY4 : a.broadcast;
                };
                putAddress(out, at, shown);
            }
        }
    }

    private static void putAddress(MemorySegment out, int at, IpAddress address) {
        Le.clear(out, at, 16);
        Le.putShort(out, at, SockConst.AF_INET);
        Le.putNetInt(out, at + 4, address.v4());
    }

    private static long configuration(NetNamespace net, Task task, long argument) {
        MemorySegment in = task.memory.struct(argument, Ifreq.IFC_SIZE);
        int room = Le.getInt(in, Ifreq.IFC_LEN);
        long buffer = Le.getLong(in, Ifreq.IFC_BUF);
        List<String> names = new java.util.ArrayList<>();
        List<IpAddress> addresses = new java.util.ArrayList<>();
        net.lock();
        try {
            for (NetDevice device : net.devices.all()) {
                for (InterfaceAddress a : device.addresses) {
                    if (a.local.isV4()) {
                        names.add(a.label);
                        addresses.add(a.local);
                    }
                }
            }
        } finally {
            net.unlock();
        }
        int count = buffer == 0 ? names.size() : Math.min(names.size(), room / Ifreq.SIZE);
        for (int i = 0; i < count && buffer != 0; i++) {
            MemorySegment out = task.memory.build(Ifreq.SIZE);
            Le.clear(out, 0, Ifreq.SIZE);
            Le.putText(out, Ifreq.IFR_NAME, Ifreq.IFNAMSIZ, names.get(i));
            putAddress(out, Ifreq.IFR_UNION, addresses.get(i));
            task.memory.write(buffer + (long) i * Ifreq.SIZE, out, 0, Ifreq.SIZE);
        }
        task.memory.putInt(argument + Ifreq.IFC_LEN, count * Ifreq.SIZE);
        return 0;
    }

    // --- setting ---

    private static long set(NetNamespace net, Task task, int command, long argument) {
        MemorySegment in = task.memory.struct(argument, Ifreq.SIZE);
        if (!task.credentials().capableIn(task.ns().net().owner(), Capability.CAP_NET_ADMIN)) {
            return Errno.EPERM.negative();
        }
        String name = name(in);
        int at = Ifreq.IFR_UNION;
        net.lock();
        try {
            NetDevice device = device(net, name);
            switch (command) {
                case Ioctl.SIOCSIFFLAGS -> setFlags(net, device, Le.getUnsignedShort(in, at));
                case Ioctl.SIOCSIFMTU -> setMtu(net, device, Le.getInt(in, at));
                case Ioctl.SIOCSIFTXQLEN -> device.txQueueLength = Le.getInt(in, at);
                case Ioctl.SIOCSIFHWADDR -> {
                    if (!device.isEthernet()) {
                        return Errno.EOPNOTSUPP.negative();
                    }
                    device.address = Le.getBytes(in, at + 2, 6);
                    net.devices.announce(device, 0);
                }
                case Ioctl.SIOCSIFNAME -> {
                    rename(net, device, name(in.asSlice(at)));
                }
                default -> setAddress(net, device, name, command, in, at);
            }
            return 0;
        } finally {
            net.unlock();
        }
    }

    private static void setFlags(NetNamespace net, NetDevice device, int flags) {
        boolean promiscuous = (flags & IfConst.IFF_PROMISC) != 0;
        boolean was = (device.flags & IfConst.IFF_PROMISC) != 0;
        if (promiscuous != was) {
            device.flags ^= IfConst.IFF_PROMISC;
            device.promiscuous += promiscuous ? 1 : -1;
        }
        net.devices.setFlags(device, flags);
    }

    /** @throws umlaut.abi.ErrnoException EINVAL */
    public static void setMtu(NetNamespace net, NetDevice device, int mtu) {
        if (mtu < (device.isLoopback() ? 0 : IfConst.ETH_MIN_MTU) || !device.isLoopback() && mtu > 65535) {
            throw Errno.EINVAL.exception();
        }
        device.mtu = mtu;
        net.fib4.invalidate();
        net.fib6.invalidate();
        net.devices.announce(device, 0);
    }

    /** @throws umlaut.abi.ErrnoException EINVAL, EEXIST */
    public static void rename(NetNamespace net, NetDevice device, String fresh) {
        if (!umlaut.net.core.DeviceTable.validName(fresh)) {
            throw Errno.EINVAL.exception();
        }
        NetDevice other = net.devices.byName(fresh);
        if (other != null && other != device) {
            throw Errno.EEXIST.exception();
        }
        for (InterfaceAddress a : device.addresses) {
            if (a.label.equals(device.name)) {
                a.label = fresh;
            }
        }
        device.name = fresh;
        net.devices.announce(device, 0);
    }

    private static void setAddress(
            NetNamespace net, NetDevice device, String name, int command, MemorySegment in, int at) {
        if (Le.getUnsignedShort(in, at) != SockConst.AF_INET) {
            throw Errno.EINVAL.exception();
        }
        IpAddress given = IpAddress.v4(Le.getNetInt(in, at + 4));
        InterfaceAddress old = labelled(device, name);
        if (command == Ioctl.SIOCSIFADDR) {
            if (old != null) {
                net.addresses.remove(device, old);
            }
            if (given.isAny()) {
                return;
            }
            int length = device.isLoopback() ? 8 : classLength(given);
            add(net, device, given, length, name, null);
            net.devices.setFlags(device, device.flags | IfConst.IFF_UP);
            return;
        }
        if (old == null) {
            throw Errno.EADDRNOTAVAIL.exception();
        }
        switch (command) {
            case Ioctl.SIOCSIFNETMASK -> {
                int mask = given.v4();
                int length = Integer.bitCount(mask);
                if (IpAddress.mask4(length) != mask) {
                    throw Errno.EINVAL.exception();
                }
                net.addresses.remove(device, old);
                add(net, device, old.local, length, name, null);
            }
            case Ioctl.SIOCSIFBRDADDR -> {
                net.addresses.remove(device, old);
                add(net, device, old.local, old.prefixLength, name, given);
            }
            default -> throw Errno.EOPNOTSUPP.exception();
        }
    }

    private static int classLength(IpAddress address) {
        int top = address.v4() >>> 24;
        return top < 128 ? 8 : top < 192 ? 16 : top < 224 ? 24 : 32;
    }

    private static void add(
            NetNamespace net,
            NetDevice device,
            IpAddress address,
            int length,
            String label,
            @Nullable IpAddress broadcast) {
        IpAddress all = broadcast;
        if (all == null && length < 31 && !device.isLoopback()) {
            all = IpAddress.v4(address.v4() | ~IpAddress.mask4(length));
        }
        int scope = device.isLoopback() ? Netlink.RT_SCOPE_HOST : Netlink.RT_SCOPE_UNIVERSE;
        net.addresses.add(device, new InterfaceAddress(address, address, length, all, scope, label));
    }

    // --- routes: struct rtentry ---

    private static long route(NetNamespace net, Task task, boolean add, long argument) {
        MemorySegment in = task.memory.struct(argument, 120);
        if (!task.credentials().capableIn(task.ns().net().owner(), Capability.CAP_NET_ADMIN)) {
            return Errno.EPERM.negative();
        }
        int flags = Le.getUnsignedShort(in, 56);
        IpAddress to = IpAddress.v4(Le.getNetInt(in, 8 + 4));
        IpAddress gateway = IpAddress.v4(Le.getNetInt(in, 24 + 4));
        int mask = Le.getNetInt(in, 40 + 4);
        int metric = Math.max(0, Le.getUnsignedShort(in, 80) - 1);
        long deviceName = Le.getLong(in, 88);
        int length = (flags & RTF_HOST) != 0 ? 32 : Integer.bitCount(mask);
        String name = deviceName == 0 ? null : task.memory.path(deviceName);
        net.lock();
        try {
            NetDevice device = name == null ? null : device(net, name);
            IpAddress via = (flags & RTF_GATEWAY) != 0 ? gateway : null;
            if (device == null && via != null) {
                Route way = net.fib4.lookup(via, null, 0, null, 0, 0);
                device = way == null ? null : way.device();
            }
            boolean rejects = (flags & RTF_REJECT) != 0;
            if (device == null && !rejects) {
                return Errno.ENETUNREACH.negative();
            }
            if (!add) {
                return remove(net, to.prefix(length), length, via, device);
            }
            net.fib4.add(
                    new Route(
                            to.prefix(length),
                            length,
                            Netlink.RT_TABLE_MAIN,
                            rejects ? Netlink.RTN_UNREACHABLE : Netlink.RTN_UNICAST,
                            via == null ? Netlink.RT_SCOPE_LINK : Netlink.RT_SCOPE_UNIVERSE,
                            Netlink.RTPROT_BOOT,
                            metric,
                            0,
                            via,
                            rejects ? null : device,
                            null,
                            0,
                            0),
                    Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL);
            return 0;
        } finally {
            net.unlock();
        }
    }

    private static long remove(
            NetNamespace net, IpAddress to, int length, @Nullable IpAddress via, @Nullable NetDevice device) {
        for (Route r : net.fib4.table(Netlink.RT_TABLE_MAIN).at(to, length)) {
            if ((via == null || via.equals(r.gateway())) && (device == null || r.device() == device)) {
                net.fib4.remove(r);
                return 0;
            }
        }
        return Errno.ESRCH.negative();
    }
}
