package umlaut.net.nftables;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import umlaut.net.netlink.NlWriter;

/**
 * A set, or a map (struct nft_set). Keys are compared as bytes. Three kinds, as in Linux: of single keys; of intervals, whose ends are elements of their own (nft_set_rbtree.c); of ranges in each
 * of several fields (nft_set_pipapo.c).
 */
final class NftSet {
    static final int ANONYMOUS = 1, CONSTANT = 2, INTERVAL = 4, MAP = 8, TIMEOUT = 16, OBJECT = 64;
    private static final int TABLE = 1, NAME = 2, FLAGS = 3, KEY_TYPE = 4, KEY_LEN = 5, DATA_TYPE = 6, DATA_LEN = 7;
    private static final int POLICY = 8, DESC = 9, TIMEOUT_MS = 11, GC_INTERVAL = 12, USERDATA = 13, OBJ_TYPE = 15;
    private static final int HANDLE = 16,
            EXPR = 17,
            EXPRESSIONS = 18,
            DESC_SIZE = 1,
            DESC_CONCAT = 2,
            FIELD_LEN = 1,
            LIST_ELEM = 1;

    /** What it was made with. */
    record Spec(
            int flags,
            int keyType,
            int keyLength,
            int dataType,
            int dataLength,
            int objectType,
            int policy,
            int size,
            List<Integer> fields,
            long timeoutMs,
            int gcIntervalMs,
            byte @Nullable [] userData,
            List<Expression> expressions) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }
    }

    /** Bytes that are compared by value, in order as unsigned. */
    private record Key(byte[] bytes) implements Comparable<Key> {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key k && Arrays.equals(bytes, k.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public int compareTo(Key other) {
            return Arrays.compareUnsigned(bytes, other.bytes);
        }
    }

    final String name;
    final long handle;
    final Spec spec;
    /** Of a set of single keys, or where intervals begin. */
    private final Map<Key, Element> starts;

    private final TreeMap<Key, Element> ends = new TreeMap<>();
    private final List<Element> ranges = new ArrayList<>();
    private @Nullable Element catchAll;

    NftSet(String name, long handle, Spec spec) {
        this.name = name;
        this.handle = handle;
        this.spec = spec;
        starts = spec.has(INTERVAL) ? new TreeMap<>() : new HashMap<>();
    }

    NftSet copy() {
        NftSet copy = new NftSet(name, handle, spec);
        copy.starts.putAll(starts);
        copy.ends.putAll(ends);
        copy.ranges.addAll(ranges);
        copy.catchAll = catchAll;
        return copy;
    }

    int size() {
        return starts.size() + ranges.size();
    }

    boolean isFull() {
        return spec.size > 0 && size() >= spec.size;
    }

    Collection<Element> elements(long nowNs) {
        List<Element> all = new ArrayList<>(starts.values());
        all.addAll(ends.values());
        all.addAll(ranges);
        if (catchAll != null) {
            all.add(catchAll);
        }
        all.removeIf(e -> e.deadlineNs <= nowNs);
        return all;
    }

    int jumpsTo(String chain) {
        int count = 0;
        for (Element e : elements(Long.MIN_VALUE)) {
            count += e.verdict != null && chain.equals(e.verdict.chain()) ? 1 : 0;
        }
        return count;
    }

    // --- changes ---

    /** The element that has that very key, or range of keys, already. */
    @Nullable Element same(Element like, long nowNs) {
        Element found = null;
        if (like.isCatchAll()) {
            found = catchAll;
        } else if (like.keyEnd != null) {
            for (Element e : ranges) {
                if (Arrays.equals(e.key, like.key) && Arrays.equals(e.keyEnd, like.keyEnd)) {
                    found = e;
                }
            }
        } else {
            found = (like.isEnd() ? ends : starts).get(new Key(like.key));
        }
        return found == null || found.deadlineNs <= nowNs ? null : found;
    }

    void add(Element e) {
        if (e.isCatchAll()) {
            catchAll = e;
        } else if (e.keyEnd != null) {
            ranges.add(e);
        } else {
            (e.isEnd() ? ends : starts).put(new Key(e.key), e);
        }
    }

    void remove(Element e) {
        if (e == catchAll) {
            catchAll = null;
        } else if (e.keyEnd != null) {
            ranges.remove(e);
        } else {
            (e.isEnd() ? ends : starts).remove(new Key(e.key));
        }
    }

    void clear() {
        starts.clear();
        ends.clear();
        ranges.clear();
        catchAll = null;
    }

    /** Takes out what has ended, that it does not fill the set. */
    void expire(long nowNs) {
        starts.values().removeIf(e -> e.deadlineNs <= nowNs);
        ranges.removeIf(e -> e.deadlineNs <= nowNs);
    }

    // --- packets ---

    @Nullable Element find(byte[] bytes, long nowNs) {
        Element found = ranges.isEmpty() ? null : inRanges(bytes, nowNs);
        if (found == null) {
            found = starts instanceof TreeMap<Key, Element> tree
                    ? inIntervals(tree, bytes)
                    : starts.get(new Key(bytes));
        }
        if (found == null || found.deadlineNs <= nowNs) {
            found = catchAll;
        }
        return found;
    }

    private @Nullable Element inIntervals(TreeMap<Key, Element> tree, byte[] bytes) {
        Key key = new Key(bytes);
        Map.Entry<Key, Element> start = tree.floorEntry(key);
        if (start == null) {
            return null;
        }
        Key end = ends.floorKey(key);
        // Where one ends and another begins at the same key, it has begun.
        return end != null && end.compareTo(start.getKey()) > 0 ? null : start.getValue();
    }

    private @Nullable Element inRanges(byte[] bytes, long nowNs) {
        for (Element e : ranges) {
            if (e.deadlineNs > nowNs && within(e, bytes)) {
                return e;
            }
        }
        return null;
    }

    private boolean within(Element e, byte[] bytes) {
        byte[] low = e.key;
        byte[] high = e.keyEnd == null ? low : e.keyEnd;
        List<Integer> lengths = spec.fields.isEmpty() ? List.of(bytes.length) : spec.fields;
        int at = 0;
        for (int length : lengths) {
            int to = Math.min(at + length, bytes.length);
            boolean fits = to <= low.length
                    && to <= high.length
                    && Arrays.compareUnsigned(bytes, at, to, low, at, to) >= 0
                    && Arrays.compareUnsigned(bytes, at, to, high, at, to) <= 0;
            if (!fits) {
                return false;
            }
            at += length + 3 & ~3;
        }
        return true;
    }

    void write(NlWriter out, String table) {
        out.text(TABLE, table).text(NAME, name).be64(HANDLE, handle);
        if (spec.flags != 0) {
            out.be32(FLAGS, spec.flags);
        }
        out.be32(KEY_TYPE, spec.keyType).be32(KEY_LEN, spec.keyLength);
        if (spec.has(MAP)) {
            out.be32(DATA_TYPE, spec.dataType).be32(DATA_LEN, spec.dataLength);
        }
        if (spec.has(OBJECT)) {
            out.be32(OBJ_TYPE, spec.objectType);
        }
        if (spec.timeoutMs != 0) {
            out.be64(TIMEOUT_MS, spec.timeoutMs);
        }
        if (spec.gcIntervalMs != 0) {
            out.be32(GC_INTERVAL, spec.gcIntervalMs);
        }
        if (spec.policy != 0) {
            out.be32(POLICY, spec.policy);
        }
        if (spec.userData != null) {
            out.attribute(USERDATA, spec.userData);
        }
        int desc = out.open(DESC);
        if (spec.size > 0) {
            out.be32(DESC_SIZE, spec.size);
        }
        if (spec.fields.size() > 1) {
            int concat = out.open(DESC_CONCAT);
            for (int length : spec.fields) {
                int field = out.open(LIST_ELEM);
                out.be32(FIELD_LEN, length);
                out.close(field);
            }
            out.close(concat);
        }
        out.close(desc);
        if (spec.expressions.size() == 1) {
            spec.expressions.getFirst().writeAll(out, EXPR);
        } else if (!spec.expressions.isEmpty()) {
            int list = out.open(EXPRESSIONS);
            spec.expressions.forEach(e -> e.writeAll(out, LIST_ELEM));
            out.close(list);
        }
    }
}
