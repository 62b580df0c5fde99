package umlaut.net.nftables;

import org.jspecify.annotations.Nullable;
import umlaut.net.netlink.NlWriter;

/** A named object: a counter, quota or limit that rules share (struct nft_object). What it counts stays over changes of the ruleset. */
final class NftObject {
    static final int COUNTER = 1, QUOTA = 2, LIMIT = 4;
    private static final int TABLE = 1, NAME = 2, TYPE = 3, DATA = 4, USE = 5, HANDLE = 6, USERDATA = 8;

    final Table.ObjectKey key;
    final long handle;
    final Expression expression;
    private final byte @Nullable [] userData;

    NftObject(Table.ObjectKey key, long handle, Expression expression, byte @Nullable [] userData) {
        this.key = key;
        this.handle = handle;
        this.expression = expression;
        this.userData = userData;
    }

    void write(NlWriter out, String table) {
        out.text(TABLE, table).text(NAME, key.name()).be32(TYPE, key.type()).be32(USE, 0);
        int nest = out.open(DATA);
        expression.write(out);
        out.close(nest);
        out.be64(HANDLE, handle);
        if (userData != null) {
            out.attribute(USERDATA, userData);
        }
    }
}
