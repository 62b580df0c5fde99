package umlaut.net.nftables;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/**
 * What a rule says of a packet (struct nft_verdict).
 *
 * @param chain for jumps
 */
public record Verdict(int code, @Nullable String chain) {
    static final int DROP = 0, ACCEPT = 1, CONTINUE = -1, BREAK = -2, JUMP = -3, GOTO = -4, RETURN = -5;
    private static final int ATTR_CODE = 1, ATTR_CHAIN = 2, ATTR_CHAIN_ID = 3;

    boolean jumps() {
        return code == JUMP || code == GOTO;
    }

    static Verdict read(NlReader in, Names names) {
        int code = in.be32(ATTR_CODE, CONTINUE);
        return switch (code) {
            case DROP, ACCEPT, CONTINUE, BREAK, RETURN -> new Verdict(code, null);
            case JUMP, GOTO -> {
                String chain = in.has(ATTR_CHAIN_ID) ? names.chain(in.be32(ATTR_CHAIN_ID, 0)) : in.needText(ATTR_CHAIN);
                yield new Verdict(code, chain);
            }
            default -> throw Errno.EINVAL.exception();
        };
    }

    void write(NlWriter out, int type) {
        int nest = out.open(type);
        out.be32(ATTR_CODE, code);
        if (chain != null) {
            out.text(ATTR_CHAIN, chain);
        }
        out.close(nest);
    }
}
