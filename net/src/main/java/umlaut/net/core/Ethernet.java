package umlaut.net.core;

import java.util.Arrays;
import umlaut.abi.IfConst;
import umlaut.abi.InetConst;

/** Ethernet headers (IEEE 802.3; Linux: net/ethernet/eth.c): destination, source, type. */
public final class Ethernet {
    public static final byte[] BROADCAST = {-1, -1, -1, -1, -1, -1};

    private Ethernet() {}

    public static void push(SkBuff skb, byte[] to, byte[] from, int type) {
        int at = skb.push(IfConst.ETH_HLEN);
        byte[] head = skb.head();
        System.arraycopy(to, 0, head, at, 6);
        System.arraycopy(from, 0, head, at + 6, 6);
        Be.put16(head, at + 12, type);
        skb.macHeader = at;
    }

    /** Takes the header off a frame that has come in by a device, and says what it is (eth_type_trans). @return false if it is too short */
    public static boolean pull(SkBuff skb, NetDevice device) {
        if (!skb.pullable(IfConst.ETH_HLEN)) {
            return false;
        }
        int at = skb.start();
        byte[] head = skb.head();
        skb.macHeader = at;
        int type = Be.u16(head, at + 12);
        skb.protocol = type >= 0x600 ? type : IfConst.ETH_P_802_2;
        if ((head[at] & 1) != 0) {
            boolean all = Arrays.equals(head, at, at + 6, BROADCAST, 0, 6);
            skb.packetType = all ? InetConst.PACKET_BROADCAST : InetConst.PACKET_MULTICAST;
        } else {
            boolean ours = Arrays.equals(head, at, at + 6, device.address, 0, 6);
            skb.packetType = ours ? InetConst.PACKET_HOST : InetConst.PACKET_OTHERHOST;
        }
        skb.pull(IfConst.ETH_HLEN);
        skb.networkHeader = skb.start();
        return true;
    }

    public static String text(byte[] mac) {
        StringBuilder text = new StringBuilder();
        for (byte b : mac) {
            text.append(text.isEmpty() ? "" : ":").append("%02x".formatted(b & 0xff));
        }
        return text.toString();
    }
}
