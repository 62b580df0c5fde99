package umlaut.net.nftables;

import umlaut.net.netfilter.Connection;
import umlaut.net.netlink.NlWriter;

/** The packet is to belong to no connection (nft_notrack in net/netfilter/nft_ct.c). */
final class NoTrack extends Expression {
    @Override
    String name() {
        return "notrack";
    }

    @Override
    void run(Evaluation e) {
        if (e.packet.skb.connection == null) {
            e.packet.skb.trackInfo = Connection.UNTRACKED;
        }
    }

    @Override
    void write(NlWriter out) {}
}
