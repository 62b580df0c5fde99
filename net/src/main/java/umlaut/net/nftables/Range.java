package umlaut.net.nftables;

import java.util.Arrays;
import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Is a register within two values? (net/netfilter/nft_range.c) */
final class Range extends Expression {
    private static final int SREG = 1, OP = 2, FROM = 3, TO = 4, EQ = 0, NEQ = 1;

    private final int register;
    private final int op;
    private final byte[] from;
    private final byte[] to;

    Range(NlReader in) {
        from = Data.value(in, FROM);
        to = Data.value(in, TO);
        register = Register.read(in, SREG, from.length);
        op = in.be32(OP, -1);
        if (from.length != to.length || op != EQ && op != NEQ) {
            throw Errno.EINVAL.exception();
        }
    }

    @Override
    String name() {
        return "range";
    }

    @Override
    void run(Evaluation e) {
        int end = register + from.length;
        boolean within = Arrays.compareUnsigned(e.registers, register, end, from, 0, from.length) >= 0
                && Arrays.compareUnsigned(e.registers, register, end, to, 0, to.length) <= 0;
        if (within != (op == EQ)) {
            e.noMatch();
        }
    }

    @Override
    void write(NlWriter out) {
        Register.write(out, SREG, register);
        out.be32(OP, op);
        Data.write(out, FROM, from);
        Data.write(out, TO, to);
    }
}
