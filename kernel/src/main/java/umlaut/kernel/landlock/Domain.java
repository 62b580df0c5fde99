package umlaut.kernel.landlock;

import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.cred.Credentials;

/** What a process has restricted itself to: a chain of layers, all of which must allow what it does. Domains are told apart as objects. */
public final class Domain {
    /** LANDLOCK_MAX_NUM_LAYERS. */
    private static final int DEEPEST = 16;

    private final @Nullable Domain parent;
    /** From the first on. */
    final List<Layer> layers;

    private Domain(@Nullable Domain parent, List<Layer> layers) {
        this.parent = parent;
        this.layers = layers;
    }

    /** @return null when there are too many already */
    static @Nullable Domain within(@Nullable Domain parent, Layer layer) {
        if (parent == null) {
            return new Domain(null, List.of(layer));
        }
        if (parent.layers.size() >= DEEPEST) {
            return null;
        }
        Layer[] all = parent.layers.toArray(new Layer[parent.layers.size() + 1]);
        all[parent.layers.size()] = layer;
        return new Domain(parent, List.of(all));
    }

    boolean handlesFiles() {
        return layers.stream().anyMatch(layer -> layer.handledFs() != 0);
    }

    /** Is {@code other} this domain or one within it? (domain_scope_le) */
    private boolean encloses(@Nullable Domain other) {
        for (Domain d = other; d != null; d = d.parent) {
            if (d == this) {
                return true;
            }
        }
        return false;
    }

    /** May somebody in {@code mine} trace somebody with {@code theirs}? Only who is in the same domain or further in. */
    public static boolean mayTrace(Credentials mine, Credentials theirs) {
        Domain domain = mine.domain();
        return domain == null || domain.encloses(theirs.domain());
    }

    /** Does a scope of {@code mine} keep it from reaching {@code theirs}? (domain_is_scoped) @param scope SCOPE_* */
    public static boolean separates(Credentials mine, Credentials theirs, int scope) {
        // The layer that a domain adds is its last; it bounds what is not within that domain.
        for (Domain d = mine.domain(); d != null; d = d.parent) {
            boolean bounds = (d.layers.getLast().scoped() & scope) != 0;
            if (bounds && !d.encloses(theirs.domain())) {
                return true;
            }
        }
        return false;
    }

    /** @param right ACCESS_NET_* */
    public static boolean allowsPort(Credentials who, int port, int right) {
        Domain domain = who.domain();
        if (domain == null) {
            return true;
        }
        for (Layer layer : domain.layers) {
            boolean handled = (layer.handledNet() & right) != 0;
            if (handled && (layer.ports().getOrDefault(port, 0) & right) == 0) {
                return false;
            }
        }
        return true;
    }
}
