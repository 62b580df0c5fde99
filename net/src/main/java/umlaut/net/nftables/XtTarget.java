package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;

/** An iptables target in a rule (net/netfilter/nft_compat.c). */
final class XtTarget extends XtExtension {
    private final XtTargets.Action action4;
    private final XtTargets.Action action6;

    XtTarget(NlReader in) {
        super(in);
        if (!XtTargets.knows(extension, revision)) {
            throw Errno.ENOENT.exception();
        }
        action4 = XtTargets.of(extension, revision, new XtInfo(info, true));
        action6 = XtTargets.of(extension, revision, new XtInfo(info, false));
    }

    @Override
    String name() {
        return "target";
    }

    @Override
    boolean tracks() {
        return XtTargets.tracks(extension);
    }

    @Override
    void run(Evaluation e) {
        e.verdict = (e.packet.v4 ? action4 : action6).run(e.packet);
    }
}
