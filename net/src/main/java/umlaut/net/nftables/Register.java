package umlaut.net.nftables;

import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Registers: 64 bytes, named as four of 16 (NFT_REG_1 to 4) or sixteen of 4 (NFT_REG32_00 to 15). Elsewhere a register is the place where it begins. */
final class Register {
    static final int VERDICT = 0, BYTES = 64;
    private static final int FIRST = 1, LAST = 4, FIRST32 = 8, LAST32 = 23, SIZE = 16, SIZE32 = 4;

    private Register() {}

    /** @throws umlaut.abi.ErrnoException EINVAL: none, or it does not have so many bytes */
    static int read(NlReader in, int type, int length) {
        int number = in.be32(type, -1);
        int at;
        if (number >= FIRST && number <= LAST) {
            at = (number - FIRST) * SIZE;
        } else if (number >= FIRST32 && number <= LAST32) {
            at = (number - FIRST32) * SIZE32;
        } else {
            throw Errno.EINVAL.exception();
        }
        if (length < 0 || at + length > BYTES) {
            throw Errno.EINVAL.exception();
        }
        return at;
    }

    /** @return -1: the message has none */
    static int optional(NlReader in, int type, int length) {
        return in.has(type) ? read(in, type, length) : -1;
    }

    static void write(NlWriter out, int type, int at) {
        if (at >= 0) {
            out.be32(type, at % SIZE == 0 ? FIRST + at / SIZE : FIRST32 + at / SIZE32);
        }
    }
}
