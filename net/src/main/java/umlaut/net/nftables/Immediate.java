package umlaut.net.nftables;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Puts bytes into a register, or gives a verdict (net/netfilter/nft_immediate.c). */
final class Immediate extends Expression {
    private static final int DREG = 1, DATA = 2;

    private final int register;
    private final byte[] value;
    private final @Nullable Verdict verdict;

    Immediate(NlReader in, Names names) {
        boolean verdicts = in.be32(DREG, -1) == Register.VERDICT;
        verdict = verdicts ? Data.verdict(in, DATA, names) : null;
        if (verdicts && verdict == null) {
            throw Errno.EINVAL.exception();
        }
        value = verdicts ? new byte[0] : Data.value(in, DATA);
        register = verdicts ? 0 : Register.read(in, DREG, value.length);
    }

    @Override
    String name() {
        return "immediate";
    }

    @Override
    @Nullable String jumpsTo() {
        return verdict == null ? null : verdict.chain();
    }

    @Override
    void run(Evaluation e) {
        if (verdict != null) {
            e.set(verdict);
        } else {
            e.put(register, value, 0, value.length);
        }
    }

    @Override
    void write(NlWriter out) {
        if (verdict != null) {
            out.be32(DREG, Register.VERDICT);
            Data.write(out, DATA, verdict);
        } else {
            Register.write(out, DREG, register);
            Data.write(out, DATA, value);
        }
    }
}
