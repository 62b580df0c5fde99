package umlaut.net.nftables;

import umlaut.net.netlink.NlWriter;

/** A step of a rule (struct nft_expr_ops). */
abstract class Expression {
    private static final int ATTR_NAME = 1, ATTR_DATA = 2;

    /** As messages call it. */
    abstract String name();

    /** Does it for a packet; a verdict other than CONTINUE ends the rule. */
    abstract void run(Evaluation e);

    /** Its attributes. */
    abstract void write(NlWriter out);

    /** Does it need connections to be tracked? */
    boolean tracks() {
        return false;
    }

    /** The set that it uses; null: none. */
    @org.jspecify.annotations.Nullable String setName() {
        return null;
    }

    /** Verdict that it may give; null: none that jumps. */
    @org.jspecify.annotations.Nullable String jumpsTo() {
        return null;
    }

    final void writeAll(NlWriter out, int type) {
        int nest = out.open(type);
        out.text(ATTR_NAME, name());
        int data = out.open(ATTR_DATA);
        write(out);
        out.close(data);
        out.close(nest);
    }
}
