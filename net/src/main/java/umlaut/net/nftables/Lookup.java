package umlaut.net.nftables;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Is a register's value in a set? In a map: what does it lead to? (net/netfilter/nft_lookup.c) */
final class Lookup extends Expression {
    private static final int SET = 1, SREG = 2, DREG = 3, SET_ID = 4, FLAGS = 5, INVERTED = 1;

    private final String set;
    private final int keyLength;
    private final int from;
    /** -1: it is no map. */
    private final int to;

    private final boolean verdicts;
    private final int flags;

    Lookup(NlReader in, Names names) {
        NftSet found = names.set(in.needText(SET), in.be32(SET_ID, 0));
        set = found.name;
        keyLength = found.spec.keyLength();
        from = Register.read(in, SREG, keyLength);
        flags = in.be32(FLAGS, 0);
        boolean map = in.has(DREG);
        verdicts = map && in.be32(DREG, -1) == Register.VERDICT;
        to = !map ? -1 : verdicts ? 0 : Register.read(in, DREG, found.spec.dataLength());
        if ((flags & ~INVERTED) != 0 || map && (flags & INVERTED) != 0 || map && !found.spec.has(NftSet.MAP)) {
            throw Errno.EINVAL.exception();
        }
    }

    @Override
    String name() {
        return "lookup";
    }

    @Override
    @Nullable String setName() {
        return set;
    }

    @Override
    void run(Evaluation e) {
        NftSet in = e.table.sets.get(set);
        Element found = in == null ? null : in.find(e.get(from, keyLength), e.packet.net.nowNs());
        if ((found != null) == ((flags & INVERTED) != 0)) {
            e.noMatch();
            return;
        }
        if (found == null) {
            return;
        }
        for (Expression expression : found.expressions) {
            expression.run(e);
            if (e.verdict != Verdict.CONTINUE) {
                return;
            }
        }
        if (verdicts && found.verdict != null) {
            e.set(found.verdict);
        } else if (to >= 0 && found.data != null) {
            e.put(to, found.data, 0, found.data.length);
        }
    }

    @Override
    void write(NlWriter out) {
        out.text(SET, set);
        Register.write(out, SREG, from);
        if (verdicts) {
            out.be32(DREG, Register.VERDICT);
        } else {
            Register.write(out, DREG, to);
        }
        out.be32(FLAGS, flags);
    }
}
