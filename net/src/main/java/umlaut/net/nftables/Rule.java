package umlaut.net.nftables;

import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.net.netlink.NlWriter;

/** A rule: expressions in order. Immutable but for what its expressions count. */
final class Rule {
    private static final int TABLE = 1,
            CHAIN = 2,
            HANDLE = 3,
            EXPRESSIONS = 4,
            POSITION = 6,
            USERDATA = 7,
            LIST_ELEM = 1;

    final long handle;
    /** The number that its batch calls it by, 0 = none. */
    final int id;

    final List<Expression> expressions;
    private final byte @Nullable [] userData;

    Rule(long handle, int id, List<Expression> expressions, byte @Nullable [] userData) {
        this.handle = handle;
        this.id = id;
        this.expressions = List.copyOf(expressions);
        this.userData = userData;
    }

    /** @param before the handle of the rule before it, 0 = it is the first */
    void write(NlWriter out, String table, String chain, long before) {
        out.text(TABLE, table).text(CHAIN, chain).be64(HANDLE, handle);
        if (before != 0) {
            out.be64(POSITION, before);
        }
        int nest = out.open(EXPRESSIONS);
        for (Expression e : expressions) {
            e.writeAll(out, LIST_ELEM);
        }
        out.close(nest);
        if (userData != null) {
            out.attribute(USERDATA, userData);
        }
    }
}
