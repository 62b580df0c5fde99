package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Writes a line about the packet to the kernel's log (net/netfilter/nft_log.c). Groups, which send packets to programs, are refused. */
final class Log extends Expression {
    private static final int GROUP = 1, PREFIX = 2, LEVEL = 5, FLAGS = 6, DEFAULT_LEVEL = 4, MOST_LEVEL = 7;

    private final String prefix;
    private final boolean levelGiven;
    private final int level;
    private final int flags;

    Log(NlReader in) {
        if (in.has(GROUP)) {
            throw Errno.EOPNOTSUPP.exception();
        }
        String text = in.text(PREFIX);
        prefix = text == null ? "" : text;
        levelGiven = in.has(LEVEL);
        level = in.be32(LEVEL, DEFAULT_LEVEL);
        flags = in.be32(FLAGS, 0);
        if (level < 0 || level > MOST_LEVEL) {
            throw Errno.EINVAL.exception();
        }
    }

    @Override
    String name() {
        return "log";
    }

    @Override
    void run(Evaluation e) {
        e.packet.net.netfilter.log(level, PacketLine.of(e.packet, prefix));
    }

    @Override
    void write(NlWriter out) {
        if (!prefix.isEmpty()) {
            out.text(PREFIX, prefix);
        }
        if (levelGiven || flags == 0) {
            out.be32(LEVEL, level);
        }
        if (flags != 0) {
            out.be32(FLAGS, flags);
        }
    }
}
