package umlaut.net.tun;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.IfConst;
import umlaut.abi.Ifreq;
import umlaut.abi.Ioctl;
import umlaut.abi.Le;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.inet.InterfaceIoctl;

/** The ioctls of /dev/net/tun (__tun_chr_ioctl). */
final class TunRequests {
    private static final int MODES = IfConst.IFF_NO_PI | IfConst.IFF_ONE_QUEUE | IfConst.IFF_VNET_HDR;
    private static final int KINDS = IfConst.IFF_TUN | IfConst.IFF_TAP;
    /** TUN_F_CSUM, TSO4, TSO6, TSO_ECN, UFO, USO4, USO6: what the program could take; no use is made of it. */
    private static final int OFFLOADS = 0x7f;

    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private TunRequests() {}

    static long ioctl(TunFile file, Task task, int command, long argument) {
        switch (command) {
            case Ioctl.TUNGETFEATURES -> {
                task.memory.putInt(argument, KINDS | MODES);
                return 0;
            }
            case Ioctl.TUNSETIFF -> {
                return file.device() != null ? Errno.EEXIST.negative() : set(file, task, argument);
            }
            default -> {
                TunDevice d = file.device();
                if (d == null) {
                    return Errno.EBADFD.negative();
                }
                return ofDevice(file, d, task, command, argument);
            }
        }
    }

    private static long ofDevice(TunFile file, TunDevice d, Task task, int command, long argument) {
        int number = (int) argument;
        NetNamespace net = d.net();
        net.lock();
        try {
            switch (command) {
                case Ioctl.TUNSETPERSIST -> d.persistent = number != 0;
                case Ioctl.TUNSETOWNER -> d.owner = task.credentials().userNs().uidOutside(number);
                case Ioctl.TUNSETGROUP ->
                    d.ownerGroup = task.credentials().userNs().gidOutside(number);
                case Ioctl.TUNSETNOCSUM, Ioctl.TUNSETDEBUG -> {}
                case Ioctl.TUNSETOFFLOAD -> {
                    if ((number & ~OFFLOADS) != 0) {
                        return Errno.EINVAL.negative();
                    }
                }
                case Ioctl.TUNSETCARRIER -> net.devices.setCarrier(d, task.memory.getInt(argument) != 0);
                case Ioctl.TUNGETIFF -> {
                    MemorySegment out = task.memory.build(Ifreq.SIZE);
                    Le.putText(out, Ifreq.IFR_NAME, Ifreq.IFNAMSIZ, d.name);
                    Le.putShort(out, Ifreq.IFR_UNION, d.mode | (d.persistent ? IFF_PERSIST : 0));
                    task.memory.write(argument, out);
                }
                case Ioctl.TUNGETVNETHDRSZ -> task.memory.putInt(argument, file.vnetHeaderSize);
                case Ioctl.TUNSETVNETHDRSZ -> {
                    int size = task.memory.getInt(argument);
                    if (size < TunFile.VNET_HEADER || size > 4096) {
                        return Errno.EINVAL.negative();
                    }
                    file.vnetHeaderSize = size;
                }
                case Ioctl.TUNGETSNDBUF -> task.memory.putInt(argument, NO_LIMIT);
                case Ioctl.TUNSETSNDBUF -> {
                    if (task.memory.getInt(argument) <= 0) {
                        return Errno.EINVAL.negative();
                    }
                }
                case Ioctl.SIOCGIFHWADDR -> {
                    MemorySegment out = task.memory.build(Ifreq.SIZE);
                    Le.putText(out, Ifreq.IFR_NAME, Ifreq.IFNAMSIZ, d.name);
                    Le.putShort(out, Ifreq.IFR_UNION, d.type);
                    MemorySegment.copy(MemorySegment.ofArray(d.address), 0, out, Ifreq.IFR_UNION + 2, d.address.length);
                    task.memory.write(argument, out);
                }
                default -> {
                    return Errno.EINVAL.negative();
                }
            }
            return 0;
        } finally {
            net.unlock();
        }
    }

    /** Told with the mode of a persistent device. */
    private static final int IFF_PERSIST = 0x0800;

    // --- attaching ---

    private static long set(TunFile file, Task task, long argument) {
        MemorySegment request = task.memory.struct(argument, Ifreq.SIZE);
        String name = InterfaceIoctl.name(request);
        int flags = Le.getShort(request, Ifreq.IFR_UNION) & 0xffff;
        String made;
        file.net.lock();
        try {
            TunDevice d = existing(file.net, task, name, flags);
            if (d == null) {
                d = create(file.net, task, name, flags);
            }
            d.mode = mode(flags);
            d.file = file;
            file.attach(d);
            file.net.devices.setCarrier(d, true);
            made = d.name;
        } finally {
            file.net.unlock();
        }
        MemorySegment answer = task.memory.build(Ifreq.SIZE);
        Le.putText(answer, Ifreq.IFR_NAME, Ifreq.IFNAMSIZ, made);
        Le.putShort(answer, Ifreq.IFR_UNION, flags);
        task.memory.write(argument, answer);
        return 0;
    }

    /** Who asks for both gets the first. */
    private static int kind(int flags) {
        return (flags & IfConst.IFF_TUN) != 0 ? IfConst.IFF_TUN : flags & IfConst.IFF_TAP;
    }

    private static int mode(int flags) {
        return kind(flags) | flags & MODES;
    }

    private static boolean mayAdminister(Task task) {
        return task.credentials().capableIn(task.ns().net().owner(), Capability.CAP_NET_ADMIN);
    }

    /** @return null: there is no device of that name */
    private static @Nullable TunDevice existing(NetNamespace net, Task task, String name, int flags) {
        NetDevice found = net.devices.byName(name);
        if (found == null) {
            return null;
        }
        if ((flags & IfConst.IFF_TUN_EXCL) != 0) {
            throw Errno.EBUSY.exception();
        }
        if (!(found instanceof TunDevice d) || kind(flags) != kind(d.mode)) {
            throw Errno.EINVAL.exception();
        }
        Credentials who = task.credentials();
        boolean others = d.owner != -1 && who.euid() != d.owner || d.ownerGroup != -1 && !who.inGroup(d.ownerGroup);
        if (others && !mayAdminister(task)) {
            throw Errno.EPERM.exception();
        }
        if (d.file != null) {
            throw Errno.EBUSY.exception();
        }
        return d;
    }

    private static TunDevice create(NetNamespace net, Task task, String name, int flags) {
        if (!mayAdminister(task)) {
            throw Errno.EPERM.exception();
        }
        if ((flags & IfConst.IFF_MULTI_QUEUE) != 0) {
            throw Errno.EINVAL.exception();
        }
        if ((flags & KINDS) == 0) {
            throw Errno.EINVAL.exception();
        }
        boolean tap = kind(flags) == IfConst.IFF_TAP;
        String pattern = name.isEmpty() ? tap ? "tap%d" : "tun%d" : name;
        TunDevice d = new TunDevice(net, pattern, mode(flags), tap ? address() : new byte[0]);
        net.devices.register(d, 0);
        return d;
    }

    private static byte[] address() {
        byte[] mac = new byte[6];
        ThreadLocalRandom.current().nextBytes(mac);
        mac[0] = (byte) (mac[0] & 0xfe | 2);
        return mac;
    }

    /** The file has gone; the lock is held. */
    static void detach(TunDevice d) {
        d.file = null;
        if (d.gone) {
            return;
        }
        if (d.persistent) {
            d.net().devices.setCarrier(d, false);
        } else {
            d.net().devices.unregister(d);
        }
    }
}
