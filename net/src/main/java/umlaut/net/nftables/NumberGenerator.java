package umlaut.net.nftables;

import java.util.concurrent.ThreadLocalRandom;
import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** The next number, or one at random, below a modulus (net/netfilter/nft_numgen.c). */
final class NumberGenerator extends Expression {
    private static final int DREG = 1, MODULUS = 2, TYPE = 3, OFFSET = 4, INCREMENTAL = 0, RANDOM = 1;

    private final int register;
    private final int modulus;
    private final int type;
    private final int offset;
    private int next;

    NumberGenerator(NlReader in) {
        register = Register.read(in, DREG, 4);
        modulus = in.be32(MODULUS, 0);
        type = in.be32(TYPE, -1);
        offset = in.be32(OFFSET, 0);
        if (modulus <= 0 || type != INCREMENTAL && type != RANDOM) {
            throw Errno.EINVAL.exception();
        }
    }

    @Override
    String name() {
        return "numgen";
    }

    @Override
    void run(Evaluation e) {
        int number;
        if (type == RANDOM) {
            number = ThreadLocalRandom.current().nextInt(modulus);
        } else {
            number = next;
            next = (next + 1) % modulus;
        }
        e.put32(register, number + offset);
    }

    @Override
    void write(NlWriter out) {
        Register.write(out, DREG, register);
        out.be32(MODULUS, modulus).be32(TYPE, type).be32(OFFSET, offset);
    }
}
