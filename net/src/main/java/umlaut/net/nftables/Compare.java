package umlaut.net.nftables;

import java.util.Arrays;
import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Compares a register with bytes (net/netfilter/nft_cmp.c). */
final class Compare extends Expression {
    private static final int SREG = 1, OP = 2, DATA = 3;
    private static final int EQ = 0, NEQ = 1, LT = 2, LTE = 3, GT = 4, GTE = 5;

    private final int register;
    private final int op;
    private final byte[] value;

    Compare(NlReader in) {
        value = Data.value(in, DATA);
        register = Register.read(in, SREG, value.length);
        op = in.be32(OP, -1);
        if (op < EQ || op > GTE) {
            throw Errno.EINVAL.exception();
        }
    }

    @Override
    String name() {
        return "cmp";
    }

    @Override
    void run(Evaluation e) {
        int order = Arrays.compareUnsigned(e.registers, register, register + value.length, value, 0, value.length);
        boolean matches = switch (op) {
            case EQ -> order == 0;
            case NEQ -> order != 0;
            case LT -> order < 0;
            case LTE -> order <= 0;
            case GT -> order > 0;
            default -> order >= 0;
        };
        if (!matches) {
            e.noMatch();
        }
    }

    @Override
    void write(NlWriter out) {
        Register.write(out, SREG, register);
        out.be32(OP, op);
        Data.write(out, DATA, value);
    }
}
