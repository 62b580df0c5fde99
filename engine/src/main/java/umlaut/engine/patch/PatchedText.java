package umlaut.engine.patch;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A piece of program text with its system calls made jumps, and the island of trampolines that they jump to. The island must be mapped at a fixed distance
 * from the text. A trampoline puts the return address in RCX and goes to the stub's entry, whose address stands at a fixed place relative to GS.
 *
 * <p>Guests never see island addresses: {@link #toGuest} and {@link #toHost} translate.
 */
public final class PatchedText {
    private static final int PAGE = 4096;

    /** Bytes that a jump takes. */
    private static final int JUMP = 5;

    /** What was made: the description to keep, and the bytes to put in a file. */
    public record Built(PatchedText patched, byte[] text, byte[] island) {}

    private final int textLength;
    private final int islandLength;
    private final long distance;
    /** Trampolines in their order: start in the island, the site it belongs to, and what stood there. */
    private final int[] starts;

    private final TextAnalysis.Site[] sites;
    private final byte[] originals;

    /** Return addresses of the second form as guests know them, sorted, and where in the island they really are. */
    private final int[] behind;

    private final int[] tails;

    private PatchedText(byte[] text, int islandLength, long distance, List<TextAnalysis.Site> sites, int[] starts) {
        this.textLength = text.length;
        this.islandLength = islandLength;
        this.distance = distance;
        this.sites = sites.toArray(TextAnalysis.Site[]::new);
        this.starts = starts;
        originals = new byte[JUMP * starts.length];
        behind = sites.stream()
                .filter(s -> s.displaced() != 0)
                .mapToInt(TextAnalysis.Site::behind)
                .toArray();
        tails = new int[behind.length];
        for (int i = 0, n = 0; i < starts.length; i++) {
            System.arraycopy(text, this.sites[i].offset(), originals, JUMP * i, JUMP);
            if (this.sites[i].displaced() != 0) {
                tails[n++] = starts[i] + tail(this.sites[i]);
            }
        }
    }

    /**
     * Patches a copy of {@code text}, a multiple of the page size.
     *
     * @param distance from the start of the text to that of the island, less than 2 GiB either way
     * @param gsEntry offset from GS of the address of the stub's entry
     * @return null if there is nothing to patch
     */
    public static @org.jspecify.annotations.Nullable Built of(byte[] text, long distance, int gsEntry) {
        List<TextAnalysis.Site> sites = TextAnalysis.sites(text);
        if (sites.isEmpty()) {
            return null;
        }
        int[] starts = new int[sites.size()];
        int size = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = size;
            size += trampolineSize(sites.get(i));
        }
        ByteBuffer island = ByteBuffer.allocate((size + PAGE - 1) & -PAGE).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.fill(island.array(), (byte) 0xcc);
        PatchedText result = new PatchedText(text, island.capacity(), distance, sites, starts);
        byte[] patched = text.clone();
        ByteBuffer out = ByteBuffer.wrap(patched).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < starts.length; i++) {
            TextAnalysis.Site site = sites.get(i);
            trampoline(island, starts[i], site, text, distance, gsEntry);
            out.put(site.offset(), (byte) 0xe9);
            out.putInt(site.offset() + 1, Math.toIntExact(distance + starts[i] - (site.offset() + JUMP)));
        }
        return new Built(result, patched, island.array());
    }

    private static int trampolineSize(TextAnalysis.Site site) {
        return (site.displaced() == 0 ? 20 : 15 + site.displaced() + 5) + 7 & ~7;
    }

    /** Where in a trampoline of the second form the displaced instructions are. */
    private static int tail(TextAnalysis.Site site) {
        return 15;
    }

    private static void trampoline(
            ByteBuffer island, int at, TextAnalysis.Site site, byte[] text, long distance, int gsEntry) {
        int behind = Math.toIntExact(site.behind() - distance); // as an offset in the island
        island.position(at);
        if (site.displaced() == 0) {
            island.put((byte) 0xb8).putInt(site.nr()); // mov $nr,%eax
            lea(island, behind);
            jump(island, gsEntry);
            return;
        }
        lea(island, at + tail(site));
        jump(island, gsEntry);
        island.put(text, site.behind(), site.displaced());
        int back = behind + site.displaced();
        island.put((byte) 0xe9).putInt(back - (island.position() + 4)); // jmp
    }

    /** lea target(%rip),%rcx */
    private static void lea(ByteBuffer island, int target) {
        island.put((byte) 0x48).put((byte) 0x8d).put((byte) 0x0d);
        island.putInt(target - (island.position() + 4));
    }

    /** jmp *%gs:entry */
    private static void jump(ByteBuffer island, int gsEntry) {
        island.put((byte) 0x65)
                .put((byte) 0xff)
                .put((byte) 0x24)
                .put((byte) 0x25)
                .putInt(gsEntry);
    }

    /** Bytes of the text, a multiple of the page size. */
    public int textLength() {
        return textLength;
    }

    /** Bytes of the island, a multiple of the page size. */
    public int islandLength() {
        return islandLength;
    }

    public long distance() {
        return distance;
    }

    /** How many system calls were made jumps. */
    public int size() {
        return sites.length;
    }

    /**
     * The place in the text, as an offset, that a thread at {@code offset} in the island stands for: before the hand-over the site itself, which is
     * then run again; after it, the displaced instruction.
     */
    public int toGuest(int offset) {
        int i = Arrays.binarySearch(starts, offset);
        i = i >= 0 ? i : -i - 2;
        TextAnalysis.Site site = sites[Math.max(i, 0)];
        int within = offset - starts[Math.max(i, 0)];
        if (site.displaced() == 0 || within < tail(site)) {
            return site.offset();
        }
        return site.behind() + Math.min(within - tail(site), site.displaced());
    }

    /** The offset in the island where a thread must go on that a guest wants at {@code offset} of the text, or -1: right there. */
    public int toHost(int offset) {
        int i = Arrays.binarySearch(behind, offset);
        return i < 0 ? -1 : tails[i];
    }

    /** For each site, its offset and the bytes that stood there. */
    public void forEachOriginal(BiConsumer<Integer, byte[]> restore) {
        for (int i = 0; i < sites.length; i++) {
            restore.accept(sites[i].offset(), Arrays.copyOfRange(originals, JUMP * i, JUMP * i + JUMP));
        }
    }

    /** Whether {@code file} is what {@code copy}, which holds the patched text, was made of. */
    public boolean isCopyOf(MemorySegment file, MemorySegment copy) {
        long from = 0;
        for (int i = 0; i < sites.length; i++) {
            int at = sites[i].offset();
            if (MemorySegment.mismatch(file, from, at, copy, from, at) >= 0) {
                return false;
            }
            MemorySegment original = MemorySegment.ofArray(originals);
            if (MemorySegment.mismatch(file, at, at + JUMP, original, (long) JUMP * i, (long) JUMP * i + JUMP) >= 0) {
                return false;
            }
            from = at + JUMP;
        }
        return MemorySegment.mismatch(file, from, textLength, copy, from, textLength) < 0;
    }
}
