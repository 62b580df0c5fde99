package umlaut.engine.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;
import umlaut.engine.KnownPaths;
import umlaut.host.Layouts;

/**
 * What is known of paths, as all stub processes of an engine see it ({@link StubPaths} reads it): counters, and a table of facts found by the hash of their path, one place each. A fact's sequence number is odd while it
 * is being written, and another afterwards. Only the JVM writes; the processor keeps the order of the writes, and that of the reads there.
 */
final class PathTable implements KnownPaths {
    /** Facts there is room for: a power of two. */
    static final int FACTS = 2048;

    static final int FACT_SHIFT = 8;

    /** Where the facts begin, behind the counters. */
    static final int FIRST = COUNTERS * 8;

    static final int SIZE = FIRST + (FACTS << FACT_SHIFT);

    /** Offsets in a fact: sequence number, hash, length of the path with its NUL up to a multiple of 8, what is known, sum, how many counters, which, path. */
    static final int SEQUENCE = 0, HASH = 4, LENGTH = 8, FACT = 12, SUM = 16, COUNT = 24, COUNTER = 28, PATH = 80;

    /** A path's words are added and multiplied by this, one after the other; the upper half is the hash. */
    static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

    private final MemorySegment table;
    private final ReentrantLock lock = new ReentrantLock();

    /** One path in words, the rest of the last one zero. */
    @GuardedBy("lock") private final long[] words = new long[(LONGEST + 1) / 8];

    PathTable(MemorySegment table) {
        this.table = table;
    }

    @Override
    public long count(int counter) {
        return (long) Layouts.QUAD.getVolatile(table, 8L * counter);
    }

    @Override
    public void changes(int counter) {
        Layouts.QUAD.getAndAdd(table, 8L * counter, 1L);
    }

    @Override
    public void keep(byte[] path, int length, int fact, short[] counters, int directories, long sum) {
        lock.lock();
        try {
            int words = load(path, length);
            int hash = hash(words);
            long at = FIRST + ((long) (hash & FACTS - 1) << FACT_SHIFT);
            int sequence = table.get(Layouts.INT, at + SEQUENCE);
            Layouts.WORD.setVolatile(table, at + SEQUENCE, sequence + 1);
            VarHandle.storeStoreFence();
            table.set(Layouts.INT, at + HASH, hash);
            table.set(Layouts.INT, at + LENGTH, 8 * words);
            table.set(Layouts.INT, at + FACT, fact);
            table.set(Layouts.LONG, at + SUM, sum);
            table.set(Layouts.INT, at + COUNT, directories);
            for (int i = 0; i < directories; i++) {
                table.set(Layouts.SHORT, at + COUNTER + 2L * i, counters[i]);
            }
            MemorySegment.copy(this.words, 0, table, Layouts.LONG, at + PATH, words);
            Layouts.WORD.setVolatile(table, at + SEQUENCE, sequence + 2);
        } finally {
            lock.unlock();
        }
    }

    /** @return how many words */
    @GuardedBy("lock") private int load(byte[] path, int length) {
        int count = length / 8 + 1;
        for (int i = 0; i < count; i++) {
            long word = 0;
            for (int b = 0; b < 8 && 8 * i + b < length; b++) {
                word |= (path[8 * i + b] & 0xffL) << 8 * b;
            }
            words[i] = word;
        }
        return count;
    }

    @GuardedBy("lock") private int hash(int count) {
        long hash = 0;
        for (int i = 0; i < count; i++) {
            hash = (hash + words[i]) * MULTIPLIER;
        }
        return (int) (hash >>> 32);
    }
}
