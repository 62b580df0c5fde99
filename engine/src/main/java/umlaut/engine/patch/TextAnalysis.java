package umlaut.engine.patch;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Finds the system calls in program text that can be made jumps, provably as far as bytes can tell. Two forms:
 *
 * <ul>
 *   <li>{@code mov $nr,%eax; syscall}: the five bytes of the mov become the jump; the syscall stays, so jumping straight to it still works. The same for {@code mov
 *       $nr,%rax}, of which two bytes are left over: so libraries return from signal handlers.
 *   <li>{@code syscall} followed by at least three bytes of instructions that work at any address: the jump takes the place of both, the
 *       displaced instructions are run in the trampoline. Not if any direct jump leads in between.
 * </ul>
 *
 * <p>That bytes really are an instruction is settled by decoding from many places before them: x86 code falls into step within a few
 * instructions, so nearly all attempts must come by.
 */
final class TextAnalysis {
    /**
     * @param mov bytes of the mov before the syscall instruction; 0 for the second form
     * @param displaced bytes after the syscall instruction moved to the trampoline; 0 for the first form
     * @param nr only of the first form
     */
    record Site(int offset, int mov, int displaced, int nr) {
        /** Offset behind the syscall instruction. */
        int behind() {
            return offset + mov + 2;
        }
    }

    private static final int MAX_NR = 1024;
    private static final int MAX_DISPLACED = 16;

    private final byte[] text;

    private TextAnalysis(byte[] text) {
        this.text = text;
    }

    static List<Site> sites(byte[] text) {
        return new TextAnalysis(text).find();
    }

    private List<Site> find() {
        List<Site> sites = new ArrayList<>();
        BitSet between = new BitSet();
        for (int i = 0; i + 1 < text.length; i++) {
            if (text[i] != 0x0f || text[i + 1] != 0x05) {
                continue;
            }
            Site site = siteAt(i);
            if (site != null) {
                sites.add(site);
                if (site.displaced != 0) {
                    between.set(i + 1, i + 5);
                }
            }
        }
        if (!between.isEmpty()) {
            BitSet reached = jumpTargets(between);
            sites.removeIf(s -> s.displaced != 0
                    && reached.nextSetBit(s.offset + 1) > 0
                    && reached.nextSetBit(s.offset + 1) < s.offset + 5);
        }
        return sites;
    }

    private @org.jspecify.annotations.Nullable Site siteAt(int syscall) {
        Site wide = afterWideMov(syscall);
        if (wide != null) {
            return wide;
        }
        int mov = syscall - 5;
        if (mov >= 0
                && text[mov] == (byte) 0xb8
                && (mov == 0 || (text[mov - 1] & 0xf0) != 0x40)
                && isInstruction(mov)) {
            int nr = intAt(mov + 1);
            return nr >= 0 && nr < MAX_NR ? new Site(mov, 5, 0, nr) : null;
        }
        int end = syscall + 2;
        while (end < syscall + 5) {
            int length = InstructionLength.of(text, end, Math.min(text.length, syscall + 2 + MAX_DISPLACED));
            if (length < 0 || !isMovable(end, length)) {
                return null;
            }
            end += length;
        }
        return isInstruction(syscall) ? new Site(syscall, 0, end - syscall - 2, -1) : null;
    }

    private @org.jspecify.annotations.Nullable Site afterWideMov(int syscall) {
        int mov = syscall - 7;
        boolean found = mov >= 0 && text[mov] == 0x48 && text[mov + 1] == (byte) 0xc7 && text[mov + 2] == (byte) 0xc0;
        if (!found || !isInstruction(mov)) {
            return null;
        }
        int nr = intAt(mov + 3);
        return nr >= 0 && nr < MAX_NR ? new Site(mov, 7, 0, nr) : null;
    }

    private int intAt(int at) {
        return text[at] & 0xff | (text[at + 1] & 0xff) << 8 | (text[at + 2] & 0xff) << 16 | text[at + 3] << 24;
    }

    /** Only plain register and memory instructions that neither branch nor refer to their own address. */
    private boolean isMovable(int at, int length) {
        int p = at;
        if ((text[p] & 0xf0) == 0x40) {
            p++;
        }
        int op = text[p] & 0xff;
        boolean known = switch (op) {
            case 0x3d, 0xa9, 0x05, 0x25, 0x2d, 0x0d, 0x35, 0x98 -> true; // arithmetic of eax and a constant, cltq
            case 0x89,
                    0x8b,
                    0x63,
                    0x85,
                    0x39,
                    0x3b,
                    0x31,
                    0x33,
                    0x01,
                    0x03,
                    0x29,
                    0x2b,
                    0x21,
                    0x09,
                    0x83,
                    0x81,
                    0x8d,
                    0xc7 -> !ripRelative(p + 1);
            default -> op >= 0xb8 && op <= 0xbf;
        };
        return known && length <= 11;
    }

    private boolean ripRelative(int modrm) {
        return (text[modrm] & 0xc7) == 5;
    }

    /** Whether an instruction begins at {@code at}. */
    private boolean isInstruction(int at) {
        int tries = 0;
        int hits = 0;
        for (int start = Math.max(at - 96, 0); start <= Math.max(at - 48, 0); start += 3) {
            int p = start;
            while (p < at) {
                int length = InstructionLength.of(text, p, text.length);
                if (length < 0) {
                    break;
                }
                p += length;
            }
            if (p >= at) {
                tries++;
                hits += p == at ? 1 : 0;
            }
        }
        return tries > 0 && 4 * hits >= 3 * tries;
    }

    /** Those of the {@code watched} offsets that a direct jump or call in this text leads to. */
    private BitSet jumpTargets(BitSet watched) {
        BitSet reached = new BitSet();
        for (int i = 1; i + 4 <= text.length; i++) {
            int op = text[i - 1] & 0xff;
            if (op >= 0x70 && op <= 0x7f || op == 0xeb || op >= 0xe0 && op <= 0xe3) {
                reach(watched, reached, i + 1L + text[i], i - 1);
            }
            if (op == 0xe8 || op == 0xe9) {
                reach(watched, reached, i + 4L + intAt(i), i - 1);
            } else if (op >= 0x80 && op <= 0x8f && i >= 2 && text[i - 2] == 0x0f) {
                reach(watched, reached, i + 4L + intAt(i), i - 2);
            }
        }
        return reached;
    }

    private void reach(BitSet watched, BitSet reached, long target, int instruction) {
        if (target >= 0 && target < text.length && watched.get((int) target) && isInstruction(instruction)) {
            reached.set((int) target);
        }
    }
}
