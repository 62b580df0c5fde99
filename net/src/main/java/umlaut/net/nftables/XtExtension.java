package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** A part of a rule that is iptables' (net/netfilter/nft_compat.c): what it is called, its revision and a struct that goes back as it came. */
abstract class XtExtension extends Expression {
    private static final int NAME = 1, REVISION = 2, INFO = 3;

    final String extension;
    final int revision;
    final byte[] info;

    /** @throws umlaut.abi.ErrnoException EINVAL */
    XtExtension(NlReader in) {
        extension = in.needText(NAME);
        revision = in.be32(REVISION, -1);
        byte[] bytes = in.data(INFO);
        if (bytes == null) {
            throw Errno.EINVAL.exception();
        }
        info = bytes;
    }

    @Override
    final void write(NlWriter out) {
        out.text(NAME, extension).be32(REVISION, revision).attribute(INFO, info);
    }
}
