package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** An iptables target in a rule (net/netfilter/nft_compat.c). */
final class XtTarget extends Expression {
    private static final int NAME = 1, REVISION = 2, INFO = 3;

    private final String name;
    private final int revision;
    private final byte[] info;
    private final XtTargets.Action action4;
    private final XtTargets.Action action6;

    XtTarget(NlReader in) {
        name = in.needText(NAME);
        revision = in.be32(REVISION, -1);
        byte[] bytes = in.data(INFO);
        if (bytes == null) {
            throw Errno.EINVAL.exception();
        }
        info = bytes;
        if (!XtTargets.knows(name, revision)) {
            throw Errno.ENOENT.exception();
        }
        action4 = XtTargets.of(name, revision, new XtInfo(info, true));
        action6 = XtTargets.of(name, revision, new XtInfo(info, false));
    }

    @Override
    String name() {
        return "target";
    }

    @Override
    boolean tracks() {
        return XtTargets.tracks(name);
    }

    @Override
    void run(Evaluation e) {
        e.verdict = (e.packet.v4 ? action4 : action6).run(e.packet);
    }

    @Override
    void write(NlWriter out) {
        out.text(NAME, name).be32(REVISION, revision).attribute(INFO, info);
    }
}
