package umlaut.net.device;

import umlaut.abi.IfConst;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/** One of a pair of Ethernet devices: what one sends comes in by the other, perhaps in another namespace (veth(4); drivers/net/veth.c). */
public final class VethDevice extends NetDevice {
    private VethDevice peer = this;
    private boolean gone;

    private VethDevice(NetNamespace net, String name, byte[] address) {
        super(net, name, IfConst.ARPHRD_ETHER, address);
        flags = IfConst.IFF_BROADCAST | IfConst.IFF_MULTICAST;
        carrier = false;
    }

    /** Two that are connected; the first is returned. */
    public static VethDevice pair(NetNamespace net, String name, byte[] address, String peerName, byte[] peerAddress) {
        VethDevice one = new VethDevice(net, name, address);
        VethDevice other = new VethDevice(net, peerName, peerAddress);
        one.peer = other;
        other.peer = one;
        return one;
    }

    public VethDevice peer() {
        return peer;
    }

    @Override
    public String kind() {
        return "veth";
    }

    @Override
    public int lowerIndex() {
        return peer.net() == net() ? peer.index : 0;
    }

    @Override
    public boolean checksumsLeftOpen() {
        return true;
    }

    @Override
    protected void transmit(SkBuff frame) {
        // Its checksums are as good as looped ones, but its addresses are another machine's.
        boolean whole = frame.partialChecksum >= 0;
        VethDevice to = peer;
        frame.macHeader = -1;
        frame.packetType = 0;
        frame.looped = false;
        frame.trusted |= whole;
        frame.scrub();
        if (to.net() == net()) {
            to.input(frame);
        } else {
            net().post(to.net(), () -> to.input(frame));
        }
    }

    /** Both are on: both have a link. */
    @Override
    protected void changed() {
        VethDevice other = peer;
        boolean both = isUp() && other.isUp();
        net().devices.setCarrier(this, both);
        if (other.net() == net()) {
            net().devices.setCarrier(other, both);
        } else {
            NetNamespace there = other.net();
            net().post(there, () -> there.devices.setCarrier(other, both));
        }
    }

    @Override
    protected void removed() {
        gone = true;
        VethDevice other = peer;
        if (!other.gone) {
            other.gone = true;
            NetNamespace there = other.net();
            Runnable end = () -> there.devices.unregister(other);
            if (there == net()) {
                end.run();
            } else {
                net().post(there, end);
            }
        }
    }
}
