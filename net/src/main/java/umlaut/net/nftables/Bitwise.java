package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.core.Be;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Masks and flips a register's bits, or shifts them (net/netfilter/nft_bitwise.c). */
final class Bitwise extends Expression {
    private static final int SREG = 1, DREG = 2, LEN = 3, MASK = 4, XOR = 5, OP = 6, DATA = 7;
    private static final int MASK_XOR = 0, LEFT = 1, RIGHT = 2;

    private final int from;
    private final int to;
    private final int length;
    private final int op;
    private final byte[] mask;
    private final byte[] xor;
    private final byte[] shift;

    Bitwise(NlReader in) {
        length = in.be32(LEN, 0);
        op = in.be32(OP, MASK_XOR);
        from = Register.read(in, SREG, length);
        to = Register.read(in, DREG, length);
        boolean bits = op == MASK_XOR;
        mask = bits ? Data.value(in, MASK) : new byte[0];
        xor = bits ? Data.value(in, XOR) : new byte[0];
        shift = bits ? new byte[0] : Data.value(in, DATA);
        boolean fits = bits ? mask.length == length && xor.length == length : shift.length == 4;
        if (length <= 0 || op < MASK_XOR || op > RIGHT || !fits || !bits && amount() >= 32) {
            throw Errno.EINVAL.exception();
        }
    }

    private int amount() {
        return Integer.reverseBytes(Be.i32(shift, 0));
    }

    @Override
    String name() {
        return "bitwise";
    }

    @Override
    void run(Evaluation e) {
        byte[] r = e.registers;
        if (op == MASK_XOR) {
            for (int i = 0; i < length; i++) {
                r[to + i] = (byte) (r[from + i] & mask[i] ^ xor[i]);
            }
            return;
        }
        // Words of 32 bits in host order, the carry going from one to the next.
        int words = (length + 3) / 4;
        int by = amount();
        int carry = 0;
        for (int n = 0; n < words; n++) {
            int i = op == LEFT ? words - 1 - n : n;
            int word = e.i32(from + 4 * i);
            e.put32(to + 4 * i, (op == LEFT ? word << by : word >>> by) | carry);
            carry = by == 0 ? 0 : op == LEFT ? word >>> 32 - by : word << 32 - by;
        }
    }

    @Override
    void write(NlWriter out) {
        Register.write(out, SREG, from);
        Register.write(out, DREG, to);
        out.be32(LEN, length).be32(OP, op);
        if (op == MASK_XOR) {
            Data.write(out, MASK, mask);
            Data.write(out, XOR, xor);
        } else {
            Data.write(out, DATA, shift);
        }
    }
}
