package umlaut.net.device;

import java.util.Map;
import umlaut.abi.IfConst;
import umlaut.net.core.Be;
import umlaut.net.core.NetDevice;
import umlaut.net.core.SkBuff;

/** A VLAN on another Ethernet device: its frames go there with a tag (IEEE 802.1Q; net/8021q/vlan_dev.c). */
public final class VlanDevice extends NetDevice {
    /** IFLA_VLAN_ID. */
    private static final int ID = 1;

    private final NetDevice lower;
    private final int number;

    public VlanDevice(NetDevice lower, String name, int number) {
        super(lower.net(), name, IfConst.ARPHRD_ETHER, lower.address.clone());
        this.lower = lower;
        this.number = number;
        mtu = lower.mtu;
        flags = IfConst.IFF_BROADCAST | IfConst.IFF_MULTICAST;
    }

    /** From now on it gets the frames with its number. */
    public void attach() {
        lower.vlans.put(number, this);
    }

    @Override
    public String kind() {
        return "vlan";
    }

    @Override
    public int lowerIndex() {
        return lower.index;
    }

    @Override
    public Map<Integer, byte[]> kindData() {
        return Map.of(ID, new byte[] {(byte) number, (byte) (number >> 8)});
    }

    @Override
    public boolean checksumsLeftOpen() {
        return lower.checksumsLeftOpen();
    }

    @Override
    protected void transmit(SkBuff frame) {
        byte[] head = frame.head();
        int at = frame.start();
        byte[] addresses = java.util.Arrays.copyOfRange(head, at, at + 12);
        frame.pull(12);
        int fresh = frame.push(16);
        System.arraycopy(addresses, 0, frame.head(), fresh, 12);
        Be.put16(frame.head(), fresh + 12, IfConst.ETH_P_8021Q);
        Be.put16(frame.head(), fresh + 14, number);
        frame.macHeader = fresh;
        lower.output(frame);
    }

    @Override
    protected void removed() {
        lower.vlans.remove(number, this);
    }
}
