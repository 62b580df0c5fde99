package umlaut.net.nftables;

import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.net.netlink.NlWriter;

/** An element of a set; of a map, with what it leads to (struct nft_set_ext). */
final class Element {
    static final int INTERVAL_END = 1, CATCH_ALL = 2;
    static final long FOREVER = Long.MAX_VALUE;
    private static final int KEY = 1, DATA = 2, FLAGS = 3, TIMEOUT = 4, EXPIRATION = 5, USERDATA = 6, EXPR = 7;
    private static final int OBJREF = 9, KEY_END = 10, EXPRESSIONS = 11, LIST_ELEM = 1;
    private static final long MS = 1_000_000;

    final byte[] key;
    /** The last key of a range of fields; null: it is one key. */
    final byte @Nullable [] keyEnd;

    final int flags;
    final byte @Nullable [] data;
    final @Nullable Verdict verdict;
    final @Nullable String object;
    final long timeoutMs;
    /** When it ends, monotonic ns. */
    long deadlineNs;

    final byte @Nullable [] userData;
    /** Run for each packet that matches: counters, limits. */
    final List<Expression> expressions;

    Element(
            byte[] key,
            byte @Nullable [] keyEnd,
            int flags,
            byte @Nullable [] data,
            @Nullable Verdict verdict,
            @Nullable String object,
            long timeoutMs,
            long deadlineNs,
            byte @Nullable [] userData,
            List<Expression> expressions) {
        this.key = key;
        this.keyEnd = keyEnd;
        this.flags = flags;
        this.data = data;
        this.verdict = verdict;
        this.object = object;
        this.timeoutMs = timeoutMs;
        this.deadlineNs = deadlineNs;
        this.userData = userData;
        this.expressions = expressions;
    }

    boolean isEnd() {
        return (flags & INTERVAL_END) != 0;
    }

    boolean isCatchAll() {
        return (flags & CATCH_ALL) != 0;
    }

    void write(NlWriter out, long nowNs) {
        int nest = out.open(LIST_ELEM);
        if (!isCatchAll()) {
            Data.write(out, KEY, key);
        }
        if (keyEnd != null) {
            Data.write(out, KEY_END, keyEnd);
        }
        if (data != null) {
            Data.write(out, DATA, data);
        } else if (verdict != null) {
            Data.write(out, DATA, verdict);
        }
        if (expressions.size() == 1) {
            expressions.getFirst().writeAll(out, EXPR);
        } else if (!expressions.isEmpty()) {
            int list = out.open(EXPRESSIONS);
            expressions.forEach(e -> e.writeAll(out, LIST_ELEM));
            out.close(list);
        }
        if (object != null) {
            out.text(OBJREF, object);
        }
        if (flags != 0) {
            out.be32(FLAGS, flags);
        }
        if (timeoutMs != 0) {
            out.be64(TIMEOUT, timeoutMs).be64(EXPIRATION, Math.max(0, deadlineNs - nowNs) / MS);
        }
        if (userData != null) {
            out.attribute(USERDATA, userData);
        }
        out.close(nest);
    }

    // --- attributes that messages have ---

    static final int ATTR_KEY = KEY, ATTR_DATA = DATA, ATTR_FLAGS = FLAGS, ATTR_TIMEOUT = TIMEOUT;
    static final int ATTR_EXPIRATION = EXPIRATION, ATTR_USERDATA = USERDATA, ATTR_EXPR = EXPR, ATTR_OBJREF = OBJREF;
    static final int ATTR_KEY_END = KEY_END, ATTR_EXPRESSIONS = EXPRESSIONS;
}
