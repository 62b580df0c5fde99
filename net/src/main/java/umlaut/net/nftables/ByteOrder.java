package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Turns numbers in a register between host and network order (net/netfilter/nft_byteorder.c). */
final class ByteOrder extends Expression {
    private static final int SREG = 1, DREG = 2, OP = 3, LEN = 4, SIZE = 5;

    private final int from;
    private final int to;
    private final int op;
    private final int length;
    private final int size;

    ByteOrder(NlReader in) {
        op = in.be32(OP, -1);
        length = in.be32(LEN, 0);
        size = in.be32(SIZE, 0);
        if (op < 0 || op > 1 || size != 2 && size != 4 && size != 8 || length <= 0) {
            throw Errno.EINVAL.exception();
        }
        from = Register.read(in, SREG, length);
        to = Register.read(in, DREG, length);
    }

    @Override
    String name() {
        return "byteorder";
    }

    @Override
    void run(Evaluation e) {
        byte[] source = e.get(from, length);
        for (int i = 0; i + size <= length; i += size) {
            for (int k = 0; k < size; k++) {
                e.registers[to + i + k] = source[i + size - 1 - k];
            }
        }
    }

    @Override
    void write(NlWriter out) {
        Register.write(out, SREG, from);
        Register.write(out, DREG, to);
        out.be32(OP, op).be32(LEN, length).be32(SIZE, size);
    }
}
