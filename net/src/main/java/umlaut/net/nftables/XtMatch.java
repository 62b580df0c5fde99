package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.netfilter.NfPacket;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** An iptables match in a rule (net/netfilter/nft_compat.c): iptables-nft has such where nf_tables has no expression of its own. */
final class XtMatch extends Expression {
    private static final int NAME = 1, REVISION = 2, INFO = 3;

    /** Does a packet match? */
    @FunctionalInterface
    interface Matcher {
        boolean matches(NfPacket packet);
    }

    private final String name;
    private final int revision;
    private final byte[] info;
    /** By version, as structs have addresses of either. */
    private final Matcher matcher4;

    private final Matcher matcher6;

    XtMatch(NlReader in) {
        name = in.needText(NAME);
        revision = in.be32(REVISION, -1);
        byte[] bytes = in.data(INFO);
        if (bytes == null) {
            throw Errno.EINVAL.exception();
        }
        info = bytes;
        if (!XtMatches.knows(name, revision)) {
            throw Errno.ENOENT.exception();
        }
        matcher4 = XtMatches.of(name, revision, new XtInfo(info, true));
        matcher6 = XtMatches.of(name, revision, new XtInfo(info, false));
    }

    @Override
    String name() {
        return "match";
    }

    @Override
    boolean tracks() {
        return name.equals("conntrack") || name.equals("state");
    }

    @Override
    void run(Evaluation e) {
        if (!(e.packet.v4 ? matcher4 : matcher6).matches(e.packet)) {
            e.noMatch();
        }
    }

    @Override
    void write(NlWriter out) {
        out.text(NAME, name).be32(REVISION, revision).attribute(INFO, info);
    }
}
