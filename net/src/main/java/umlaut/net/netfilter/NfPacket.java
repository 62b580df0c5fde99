package umlaut.net.netfilter;

import org.jspecify.annotations.Nullable;
import umlaut.abi.InetConst;
import umlaut.net.core.Be;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/** A packet at a hook; it starts at its IP header (Linux: struct nft_pktinfo). */
public final class NfPacket {
    private static final int HEADER4 = 20, HEADER6 = 40, MOST_EXTENSIONS = 8;

    public final NetNamespace net;
    public final SkBuff skb;
    public final boolean v4;
    public final int hook;
    public final @Nullable NetDevice in;
    public final @Nullable NetDevice out;
    /** Of the transport header, and which it is. */
    public final int transport;

    public final int protocol;
    /** Not the first fragment: there is no transport header. */
    public final boolean laterFragment;

    NfPacket(NetNamespace net, SkBuff skb, int hook, @Nullable NetDevice in, @Nullable NetDevice out) {
        this.net = net;
        this.skb = skb;
        this.hook = hook;
        this.in = in;
        this.out = out;
        byte[] head = skb.head();
        int at = skb.start();
        v4 = (head[at] & 0xf0) == 0x40;
        if (v4) {
            transport = (head[at] & 15) * 4;
            protocol = head[at + 9] & 0xff;
            laterFragment = (Be.u16(head, at + 6) & 0x1fff) != 0;
            return;
        }
        int next = head[at + 6] & 0xff;
        int offset = HEADER6;
        boolean later = false;
        for (int i = 0; i < MOST_EXTENSIONS && isExtension(next) && skb.pullable(offset + 8); i++) {
            head = skb.head();
            at = skb.start();
            if (next == InetConst.IPPROTO_FRAGMENT) {
                later = (Be.u16(head, at + offset + 2) & 0xfff8) != 0;
                next = head[at + offset] & 0xff;
                offset += 8;
                if (later) {
                    break;
                }
            } else {
                next = head[at + offset] & 0xff;
                offset += (head[at + offset + 1] & 0xff) * 8 + 8;
            }
        }
        transport = offset;
        protocol = next;
        laterFragment = later;
    }

    private static boolean isExtension(int header) {
        return header == InetConst.IPPROTO_HOPOPTS
                || header == InetConst.IPPROTO_DSTOPTS
                || header == InetConst.IPPROTO_ROUTING
                || header == InetConst.IPPROTO_FRAGMENT;
    }

    /** Are there so many bytes, counted from the IP header? They are in the linear part then. */
    public boolean has(int count) {
        return skb.pullable(count);
    }

    /** Are there so many bytes of the transport header? */
    public boolean hasTransport(int count) {
        return !laterFragment && has(transport + count);
    }

    /** Only behind {@link #has}. */
    public int u8(int offset) {
        return skb.head()[skb.start() + offset] & 0xff;
    }

    public int u16(int offset) {
        return Be.u16(skb.head(), skb.start() + offset);
    }

    public boolean isIcmp() {
        return protocol == (v4 ? InetConst.IPPROTO_ICMP : InetConst.IPPROTO_ICMPV6);
    }

    /** Is it an error message about another packet? */
    boolean isIcmpError() {
        if (!isIcmp() || !hasTransport(8)) {
            return false;
        }
        int type = u8(transport);
        return v4 ? type == 3 || type == 4 || type == 5 || type == 11 || type == 12 : type < 128;
    }

    /** Of the packet that an error message is about: where its IP header is. */
    int inner() {
        return transport + 8;
    }

    static int headerLength(boolean v4) {
        return v4 ? HEADER4 : HEADER6;
    }
}
