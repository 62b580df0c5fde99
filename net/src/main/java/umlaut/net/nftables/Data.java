package umlaut.net.nftables;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** What registers and set elements hold: bytes as they are in packets, or a verdict (struct nft_data). */
final class Data {
    static final int MOST = 64;
    private static final int VALUE = 1, VERDICT = 2;

    private Data() {}

    /** @throws umlaut.abi.ErrnoException EINVAL: none, or too long */
    static byte[] value(NlReader in, int type) {
        byte[] value = in.needNested(type).data(VALUE);
        if (value == null || value.length == 0 || value.length > MOST) {
            throw Errno.EINVAL.exception();
        }
        return value;
    }

    static @Nullable Verdict verdict(NlReader in, int type, Names names) {
        NlReader verdict = in.needNested(type).nested(VERDICT);
        return verdict == null ? null : Verdict.read(verdict, names);
    }

    static void write(NlWriter out, int type, byte[] value) {
        int nest = out.open(type);
        out.attribute(VALUE, value);
        out.close(nest);
    }

    static void write(NlWriter out, int type, Verdict verdict) {
        int nest = out.open(type);
        verdict.write(out, VERDICT);
        out.close(nest);
    }
}
