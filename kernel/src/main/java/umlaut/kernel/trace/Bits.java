package umlaut.kernel.trace;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Le;

/** Bitmaps of descriptors and CPUs as strace(1) prints them. */
final class Bits {
    private Bits() {}

    /** The numbers of the set bits among the first {@code count}: {@code [0 3 4]}. */
    static String list(MemorySegment bits, int count) {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < count; i++) {
            if ((Le.getByte(bits, i / 8) >> i % 8 & 1) != 0) {
                text.append(text.length() > 1 ? " " : "").append(i);
            }
        }
        return text.append(']').toString();
    }
}
