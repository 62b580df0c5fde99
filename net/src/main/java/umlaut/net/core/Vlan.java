package umlaut.net.core;

/** Takes the tags off frames of VLANs (IEEE 802.1Q; Linux: net/8021q/vlan_core.c). */
final class Vlan {
    private static final int TAG = 4;

    private Vlan() {}

    /** @return true if the frame belongs to a VLAN device and has been handed to it, or is broken */
    static boolean receive(NetDevice device, SkBuff skb) {
        if (!skb.pullable(TAG)) {
            skb.release();
            return true;
        }
        int number = Be.u16(skb.head(), skb.start()) & 0xfff;
        NetDevice vlan = device.vlans.get(number);
        if (vlan == null) {
            return false;
        }
        int type = Be.u16(skb.head(), skb.start() + 2);
        byte[] head = skb.head();
        int mac = skb.macHeader;
        byte[] addresses = java.util.Arrays.copyOfRange(head, mac, mac + 12);
        skb.pull(TAG);
        int at = skb.push(14);
        System.arraycopy(addresses, 0, skb.head(), at, 12);
        Be.put16(skb.head(), at + 12, type);
        skb.macHeader = -1;
        vlan.input(skb);
        return true;
    }
}
