package umlaut.net.core;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.IfConst;

/** The devices of a namespace by number and name (Linux: net/core/dev.c). Guarded by the namespace's lock. */
public final class DeviceTable {
    /** Hears of devices coming, changing and going. */
    public interface Listener {
        /** @param changed IFF_* that have changed */
        void deviceChanged(NetDevice device, int changed);

        void deviceRemoved(NetDevice device);
    }

    private static final int NAME_MAX = 15;

    private final NetNamespace net;
    private final TreeMap<Integer, NetDevice> devices = new TreeMap<>();
    private final List<Listener> listeners = new ArrayList<>();
    private int lastIndex;

    DeviceTable(NetNamespace net) {
        this.net = net;
    }

    public void listen(Listener listener) {
        listeners.add(listener);
    }

    public @Nullable NetDevice byIndex(int index) {
        return devices.get(index);
    }

    public @Nullable NetDevice byName(String name) {
        for (NetDevice device : devices.values()) {
            if (device.name.equals(name)) {
                return device;
            }
        }
        return null;
    }

    public List<NetDevice> all() {
        return new ArrayList<>(devices.values());
    }

    /** Can a device be called that (dev_valid_name)? */
    public static boolean validName(String name) {
        return !name.isEmpty()
                && name.length() <= NAME_MAX
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == ':' || c <= ' ');
    }

    /** The first free name of a pattern with %d. @throws umlaut.abi.ErrnoException ENFILE */
    public String freeName(String pattern) {
        int mark = pattern.indexOf("%d");
        if (mark < 0) {
            return pattern;
        }
        for (int i = 0; i < 32768; i++) {
            String name = pattern.substring(0, mark) + i + pattern.substring(mark + 2);
            if (byName(name) == null) {
                return name;
            }
        }
        throw Errno.ENFILE.exception();
    }

    /**
     * Makes it known.
     *
     * @param index wanted, 0 = any
     * @throws umlaut.abi.ErrnoException EEXIST, EINVAL, EBUSY
     */
    public void register(NetDevice device, int index) {
        device.name = freeName(device.name);
        if (!validName(device.name)) {
            throw Errno.EINVAL.exception();
        }
        if (byName(device.name) != null) {
            throw Errno.EEXIST.exception();
        }
        if (index != 0 && devices.containsKey(index)) {
            throw Errno.EBUSY.exception();
        }
        if (index == 0) {
            do {
                lastIndex++;
            } while (devices.containsKey(lastIndex));
        }
        device.index = index == 0 ? lastIndex : index;
        devices.put(device.index, device);
        announce(device, -1);
    }

    /** Takes it away, with its addresses and routes. */
    public void unregister(NetDevice device) {
        setFlags(device, device.flags & ~IfConst.IFF_UP);
        for (InterfaceAddress address : List.copyOf(device.addresses)) {
            net.addresses.remove(device, address);
        }
        net.fib4.flush(device, false);
        net.fib6.flush(device, false);
        device.removed();
        devices.remove(device.index);
        listeners.forEach(l -> l.deviceRemoved(device));
    }

    /** Switches it on or off, and other flags. */
    public void setFlags(NetDevice device, int wanted) {
        int settable = IfConst.IFF_UP
                | IfConst.IFF_NOARP
                | IfConst.IFF_DEBUG
                | IfConst.IFF_NOTRAILERS
                | IfConst.IFF_DYNAMIC
                | IfConst.IFF_MULTICAST
                | IfConst.IFF_PORTSEL
                | IfConst.IFF_AUTOMEDIA;
        int before = device.flags;
        int after = before & ~settable | wanted & settable;
        if (before == after) {
            return;
        }
        device.flags = after;
        net.fib4.invalidate();
        net.fib6.invalidate();
        if (((before ^ after) & IfConst.IFF_UP) != 0) {
            device.changed();
            net.addresses.deviceSwitched(device);
        }
        announce(device, before ^ after);
    }

    public void setCarrier(NetDevice device, boolean carrier) {
        if (device.carrier != carrier) {
            device.carrier = carrier;
            net.addresses.carrierChanged(device);
            announce(device, 0);
        }
    }

    /** Tells all who listen that something of it has changed. */
    public void announce(NetDevice device, int changed) {
        for (int i = 0; i < listeners.size(); i++) {
            listeners.get(i).deviceChanged(device, changed);
        }
    }

    /** Moves it into another namespace; the caller holds neither lock. */
    public static void move(NetDevice device, NetNamespace to) {
        NetNamespace from = device.net();
        from.lock();
        try {
            if (device.isLoopback()) {
                throw Errno.EINVAL.exception();
            }
            setDown(from, device);
        } finally {
            from.unlock();
        }
        place(device, to);
    }

    /** Puts a device that is in no table into a namespace's; the caller holds no lock. */
    public static void place(NetDevice device, NetNamespace to) {
        to.lock();
        try {
            if (to.devices.byName(device.name) != null) {
                device.name = "dev%d";
            }
            device.moveTo(to);
            boolean keep = device.index != 0 && to.devices.byIndex(device.index) == null;
            to.devices.register(device, keep ? device.index : 0);
        } finally {
            to.unlock();
        }
    }

    private static void setDown(NetNamespace from, NetDevice device) {
        from.devices.setFlags(device, device.flags & ~IfConst.IFF_UP);
        for (InterfaceAddress address : List.copyOf(device.addresses)) {
            from.addresses.remove(device, address);
        }
        from.fib4.flush(device, false);
        from.fib6.flush(device, false);
        from.devices.devices.remove(device.index);
        from.devices.listeners.forEach(l -> l.deviceRemoved(device));
    }
}
