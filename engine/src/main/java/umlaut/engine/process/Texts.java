package umlaut.engine.process;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.engine.patch.PatchedText;

/**
 * The program texts mapped in one address space, and which of them are patched copies. Translates between addresses as guests know them and those in islands.
 * Guarded by the address space's lock, except {@link #toGuest} and {@link #toHost}, which read an immutable list.
 */
final class Texts {
    /** Texts within this distance of the top have their islands between TASK_SIZE and the stub, where guests cannot map anything. */
    static final long TO_THE_TOP = 0x6000_0000L;

    /** Upwards as far as a jump safely reaches: from a program linked low, the heap begins up to 1 GiB behind it, at random. */
    private static final long[] OTHER_DISTANCES = {-0x1000_0000L, 0x7000_0000L, -0x5000_0000L};

    /** A mapped text; {@code patched} null for the file itself. */
    static final class Text {
        final long start;
        final long end;
        final TextPatcher.Entry entry;
        final int prot;
        final @Nullable PatchedText patched;
        /** The file's own bytes are back; the island is still there for threads that were in it. */
        final boolean restored;

        int traps;

        Text(long start, long end, TextPatcher.Entry entry, int prot, @Nullable PatchedText patched) {
            this(start, end, entry, prot, patched, false);
        }

        private Text(
                long start,
                long end,
                TextPatcher.Entry entry,
                int prot,
                @Nullable PatchedText patched,
                boolean restored) {
            this.start = start;
            this.end = end;
            this.entry = entry;
            this.prot = prot;
            this.patched = patched;
            this.restored = restored;
        }

        Text asRestored() {
            return new Text(start, end, entry, prot, patched, true);
        }

        long island() {
            return start + entry.distance;
        }

        /** The address in the text that one in the island stands for; any other address is itself. */
        long toGuest(long rip) {
            if (patched == null || rip < island() || rip >= islandEnd()) {
                return rip;
            }
            return start + patched.toGuest((int) (rip - island()));
        }

        long islandEnd() {
            return patched == null ? island() : island() + patched.islandLength();
        }
    }

    /** No text is patched here: the program is traced. Set under the address space's lock. */
    volatile boolean original;

    private volatile List<Text> texts = List.of();

    Texts() {}

    Texts(Texts parent) {
        texts = parent.texts;
        original = parent.original;
    }

    /** Where the island of a text would go, or 0 if there is no free place in reach. */
    static long distance(long address, long length, Ranges used) {
        if (address >= Layout.TASK_SIZE - TO_THE_TOP) {
            return TO_THE_TOP;
        }
        for (long distance : OTHER_DISTANCES) {
            long island = address + distance;
            if (island >= 0x20000
                    && island + length <= Layout.TASK_SIZE - TO_THE_TOP
                    && used.isFree(island, island + length)) {
                return distance;
            }
        }
        return 0;
    }

    void add(Text text) {
        List<Text> now = new ArrayList<>(texts);
        now.add(text);
        texts = List.copyOf(now);
    }

    void replace(Text old, Text text) {
        remove(old);
        add(text);
    }

    void remove(Text text) {
        List<Text> now = new ArrayList<>(texts);
        now.remove(text);
        texts = List.copyOf(now);
    }

    /** All that are patched just now. */
    List<Text> patched() {
        return texts.stream().filter(t -> t.patched != null && !t.restored).toList();
    }

    @Nullable Text at(long address) {
        for (Text t : texts) {
            if (address > t.start && address <= t.end) {
                return t;
            }
        }
        return null;
    }

    /** A text that lies wholly in a range that is being unmapped or mapped over. */
    @Nullable Text within(long from, long to) {
        for (Text t : texts) {
            if (t.start >= from && t.end <= to) {
                return t;
            }
        }
        return null;
    }

    /** A patched text whose island a new mapping would cover. */
    @Nullable Text coveredIsland(long from, long to) {
        for (Text t : texts) {
            if (t.patched != null && t.island() < to && from < t.islandEnd()) {
                return t;
            }
        }
        return null;
    }

    /** Whether no text has its island in the range, or may have it there later. */
    boolean leaves(long from, long to) {
        for (Text t : texts) {
            long end = Math.max(t.islandEnd(), t.island() + (t.end - t.start));
            if (t.island() < to && from < end) {
                return false;
            }
        }
        return true;
    }

    /** Where the first island at or above {@code from} begins that guests could map over; {@link Layout#TASK_SIZE} if there is none. */
    long firstIsland(long from) {
        long first = Layout.TASK_SIZE;
        for (Text t : texts) {
            if (t.patched != null && t.islandEnd() > from) {
                first = Math.min(first, Math.max(t.island(), from));
            }
        }
        return first;
    }

    /** The address as guests know it. */
    long toGuest(long rip) {
        for (Text t : texts) {
            long guest = t.toGuest(rip);
            if (guest != rip) {
                return guest;
            }
        }
        return rip;
    }

    /** Where a thread must go on that a guest wants at {@code rip}. */
    long toHost(long rip) {
        for (Text t : texts) {
            if (t.patched != null && !t.restored && rip >= t.start && rip < t.end) {
                int offset = t.patched.toHost((int) (rip - t.start));
                return offset < 0 ? rip : t.island() + offset;
            }
        }
        return rip;
    }
}
