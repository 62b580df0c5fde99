package umlaut.net.core;

import java.util.Arrays;

/** The counts of one namespace, guarded by its lock. */
public final class Counters {
    private final long[] values = new long[Counter.values().length];

    Counters() {
        values[Counter.IP_FORWARDING.ordinal()] = 2;
        values[Counter.IP_DEFAULT_TTL.ordinal()] = 64;
        values[Counter.TCP_RTO_ALGORITHM.ordinal()] = 1;
        values[Counter.TCP_RTO_MIN.ordinal()] = 200;
        values[Counter.TCP_RTO_MAX.ordinal()] = 120_000;
        values[Counter.TCP_MAX_CONN.ordinal()] = -1;
    }

    public void add(Counter counter) {
        values[counter.ordinal()]++;
    }

    public void add(Counter counter, long count) {
        values[counter.ordinal()] += count;
    }

    public void set(Counter counter, long value) {
        values[counter.ordinal()] = value;
    }

    public long get(Counter counter) {
        return values[counter.ordinal()];
    }

    long[] copy() {
        return Arrays.copyOf(values, values.length);
    }
}
