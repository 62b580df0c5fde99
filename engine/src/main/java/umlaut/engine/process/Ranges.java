package umlaut.engine.process;

import java.util.Arrays;

/**
 * A set of addresses as disjoint ranges that do not touch, in order: what the kernel has mapped. A plain array: there are few, and every memory call of a guest comes by. Guarded by
 * its address space's lock.
 */
final class Ranges {
    /** From and to of each range, in order: all in all a rising sequence. */
    private long[] bounds;

    private int count;

    Ranges() {
        bounds = new long[64];
    }

    Ranges(Ranges other) {
        bounds = other.bounds.clone();
        count = other.count;
    }

    /** How many bounds are below {@code address}. */
    private int below(long address) {
        int low = 0;
        int high = count;
        while (low < high) {
            int mid = low + high >>> 1;
            if (bounds[mid] < address) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    void add(long from, long to) {
        // An odd number below, or just here: a range that begins before reaches up to here, and goes on.
        int first = below(from);
        int end = below(to + 1);
        boolean keepsFrom = (first & 1) == 0;
        boolean keepsTo = (end & 1) == 0;
        replace(first, end, keepsFrom, from, keepsTo, to);
    }

    void remove(long from, long to) {
        int first = below(from);
        int end = below(to + 1);
        replace(first, end, (first & 1) != 0, from, (end & 1) != 0, to);
    }

    /** Puts none, one or two bounds in the place of those from {@code first} to {@code end}. */
    private void replace(int first, int end, boolean one, long from, boolean two, long to) {
        int fresh = (one ? 1 : 0) + (two ? 1 : 0);
        int size = count - (end - first) + fresh;
        if (size > bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * bounds.length);
        }
        System.arraycopy(bounds, end, bounds, first + fresh, count - end);
        count = size;
        if (one) {
            bounds[first++] = from;
        }
        if (two) {
            bounds[first] = to;
        }
    }

    boolean isFree(long from, long to) {
        int i = below(from + 1);
        return (i & 1) == 0 && (i == count || bounds[i] >= to);
    }
}
