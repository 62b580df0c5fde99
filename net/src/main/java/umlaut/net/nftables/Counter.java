package umlaut.net.nftables;

import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Counts packets and bytes (net/netfilter/nft_counter.c). */
final class Counter extends Expression {
    private static final int BYTES = 1, PACKETS = 2;

    private long bytes;
    private long packets;

    Counter(NlReader in) {
        bytes = in.be64(BYTES, 0);
        packets = in.be64(PACKETS, 0);
    }

    @Override
    String name() {
        return "counter";
    }

    @Override
    void run(Evaluation e) {
        packets++;
        bytes += e.packet.skb.length();
    }

    void reset() {
        packets = 0;
        bytes = 0;
    }

    @Override
    void write(NlWriter out) {
        out.be64(BYTES, bytes).be64(PACKETS, packets);
    }
}
