package umlaut.net.nftables;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.net.netfilter.NfHook;
import umlaut.net.netlink.NlWriter;

/** A chain of rules; a base chain is called at a hook. */
final class Chain {
    static final int FLAG_BASE = 1, FLAG_BINDING = 4;
    private static final int TABLE = 1, HANDLE = 2, NAME = 3, HOOK = 4, POLICY = 5, USE = 6, TYPE = 7, COUNTERS = 8;
    private static final int FLAGS = 10, USERDATA = 12, HOOK_NUMBER = 1, HOOK_PRIORITY = 2, BYTES = 1, PACKETS = 2;

    /** Where a base chain is called. */
    record Base(int hook, int priority, String type) {}

    /** Packets that came to the end. */
    static final class Count {
        long packets;
        long bytes;
    }

    final String name;
    final long handle;
    final int flags;
    final @Nullable Base base;
    final byte @Nullable [] userData;
    int policy = NfHook.ACCEPT;
    /** Null: they are not counted. */
    @Nullable Count count;

    final List<Rule> rules;

    Chain(String name, long handle, int flags, @Nullable Base base, byte @Nullable [] userData, List<Rule> rules) {
        this.name = name;
        this.handle = handle;
        this.flags = flags;
        this.base = base;
        this.userData = userData;
        this.rules = new ArrayList<>(rules);
    }

    Chain copy(String newName) {
        Chain copy = new Chain(newName, handle, flags, base, userData, rules);
        copy.policy = policy;
        copy.count = count;
        return copy;
    }

    boolean isBinding() {
        return (flags & FLAG_BINDING) != 0;
    }

    /** A packet has come to the end of a base chain. */
    int end(int length) {
        Count c = count;
        if (c != null) {
            c.packets++;
            c.bytes += length;
        }
        return policy;
    }

    void write(NlWriter out, String table, int uses) {
        out.text(TABLE, table).be64(HANDLE, handle).text(NAME, name);
        Base b = base;
        if (b != null) {
            int nest = out.open(HOOK);
            out.be32(HOOK_NUMBER, b.hook).be32(HOOK_PRIORITY, b.priority);
            out.close(nest);
            out.be32(POLICY, policy).text(TYPE, b.type);
            Count c = count;
            if (c != null) {
                int counters = out.open(COUNTERS);
                out.be64(PACKETS, c.packets).be64(BYTES, c.bytes);
                out.close(counters);
            }
        }
        if (flags != 0) {
            out.be32(FLAGS, flags);
        }
        out.be32(USE, uses);
        if (userData != null) {
            out.attribute(USERDATA, userData);
        }
    }
}
