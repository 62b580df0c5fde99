package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.netfilter.NfPacket;
import umlaut.net.netlink.NlReader;

/** An iptables match in a rule (net/netfilter/nft_compat.c): iptables-nft has such where nf_tables has no expression of its own. */
final class XtMatch extends XtExtension {
    /** Does a packet match? */
    @FunctionalInterface
    interface Matcher {
        boolean matches(NfPacket packet);
    }

    /** By version, as structs have addresses of either. */
    private final Matcher matcher4;

    private final Matcher matcher6;

    XtMatch(NlReader in) {
        super(in);
        if (!XtMatches.knows(extension, revision)) {
            throw Errno.ENOENT.exception();
        }
        matcher4 = XtMatches.of(extension, revision, new XtInfo(info, true));
        matcher6 = XtMatches.of(extension, revision, new XtInfo(info, false));
    }

    @Override
    String name() {
        return "match";
    }

    @Override
    boolean tracks() {
        return extension.equals("conntrack") || extension.equals("state");
    }

    @Override
    void run(Evaluation e) {
        if (!(e.packet.v4 ? matcher4 : matcher6).matches(e.packet)) {
            e.noMatch();
        }
    }
}
