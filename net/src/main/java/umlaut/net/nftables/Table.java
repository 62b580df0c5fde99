package umlaut.net.nftables;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.net.netlink.NlWriter;

/** A table: chains, sets and named objects of one family. */
final class Table {
    static final int DORMANT = 1;
    private static final int NAME = 1, FLAGS = 2, USE = 3, HANDLE = 4, USERDATA = 6;

    /** A family and a name. */
    record Key(int family, String name) {}

    /** Objects are named by kind, too. */
    record ObjectKey(int type, String name) {}

    final Key key;
    final long handle;
    int flags;
    final byte @Nullable [] userData;
    final Map<String, Chain> chains = new LinkedHashMap<>();
    final Map<String, NftSet> sets = new LinkedHashMap<>();
    final Map<ObjectKey, NftObject> objects = new LinkedHashMap<>();

    /** Given to what is made in it. */
    long lastHandle;

    Table(Key key, long handle, int flags, byte @Nullable [] userData) {
        this.key = key;
        this.handle = handle;
        this.flags = flags;
        this.userData = userData;
    }

    Table copy() {
        Table copy = new Table(key, handle, flags, userData);
        copy.lastHandle = lastHandle;
        chains.forEach((name, chain) -> copy.chains.put(name, chain.copy(name)));
        sets.forEach((name, set) -> copy.sets.put(name, set.copy()));
        copy.objects.putAll(objects);
        return copy;
    }

    /** Rules in it, and jumps to it. */
    int uses(Chain chain) {
        return chain.rules.size() + jumpsTo(chain.name);
    }

    int jumpsTo(String chain) {
        int count = 0;
        for (Chain c : chains.values()) {
            for (Rule rule : c.rules) {
                for (Expression e : rule.expressions) {
                    count += chain.equals(e.jumpsTo()) ? 1 : 0;
                }
            }
        }
        for (NftSet set : sets.values()) {
            count += set.jumpsTo(chain);
        }
        return count;
    }

    boolean isUsed(NftSet set) {
        return chains.values().stream()
                .flatMap(c -> c.rules.stream())
                .flatMap(r -> r.expressions.stream())
                .anyMatch(e -> set.name.equals(e.setName()));
    }

    void write(NlWriter out) {
        out.text(NAME, key.name())
                .be32(FLAGS, flags)
                .be32(USE, chains.size() + sets.size() + objects.size())
                .be64(HANDLE, handle);
        if (userData != null) {
            out.attribute(USERDATA, userData);
        }
    }
}
