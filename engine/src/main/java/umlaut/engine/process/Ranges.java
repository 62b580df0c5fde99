package umlaut.engine.process;

import java.util.Map;
import java.util.TreeMap;

/** A set of addresses as disjoint ranges: what the kernel has mapped. Guarded by its address space's lock. */
final class Ranges {
    private final TreeMap<Long, Long> ends = new TreeMap<>();

    Ranges() {}

    Ranges(Ranges other) {
        ends.putAll(other.ends);
    }

    void add(long from, long to) {
        Map.Entry<Long, Long> before = ends.floorEntry(from);
        if (before != null && before.getValue() >= to) {
            return;
        }
        remove(from, to);
        before = ends.lowerEntry(from);
        if (before != null && before.getValue() == from) {
            from = before.getKey();
        }
        Long end = ends.remove(to);
        ends.put(from, end != null ? end : to);
    }

    void remove(long from, long to) {
        Map.Entry<Long, Long> before = ends.lowerEntry(from);
        if (before != null && before.getValue() > from) {
            long end = before.getValue();
            ends.put(before.getKey(), from);
            if (end > to) {
                ends.put(to, end);
            }
        }
        Map.Entry<Long, Long> last = ends.lowerEntry(to);
        if (last != null && last.getKey() >= from && last.getValue() > to) {
            ends.put(to, last.getValue());
        }
        ends.subMap(from, to).clear();
    }

    boolean isFree(long from, long to) {
        Map.Entry<Long, Long> before = ends.lowerEntry(to);
        return before == null || before.getValue() <= from;
    }
}
