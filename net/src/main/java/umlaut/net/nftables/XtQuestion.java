package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** iptables asks whether there is an extension of that revision (nfnl_compat_get_rcu in net/netfilter/nft_compat.c). */
public final class XtQuestion {
    private static final int SUBSYSTEM = 11 << 8, NAME = 1, REVISION = 2, TYPE = 3, TARGET = 1;

    private XtQuestion() {}

    /** @throws umlaut.abi.ErrnoException ENOENT: no */
    public static void answer(int family, NlReader in, NlWriter out) {
        String name = in.needText(NAME);
        int revision = in.be32(REVISION, -1);
        int type = in.be32(TYPE, -1);
        boolean known = type == TARGET ? XtTargets.knows(name, revision) : XtMatches.knows(name, revision);
        if (!known) {
            throw Errno.ENOENT.exception();
        }
        out.begin(SUBSYSTEM, 0).u8(family, 0, 0, 0);
        out.text(NAME, name).be32(REVISION, revision).be32(TYPE, type).end();
    }
}
