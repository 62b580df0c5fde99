package umlaut.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** Value layouts for native memory (unaligned, x86's byte order) and var handles for shared words (aligned). */
public final class Layouts {
    public static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    public static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Atomic access to an aligned 32-bit word: (MemorySegment, long offset). */
    public static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();

    /** Atomic access to an aligned 64-bit word: (MemorySegment, long offset). */
    public static final VarHandle QUAD = ValueLayout.JAVA_LONG.varHandle();

    /** Copies all of an array to the start of native memory. */
    public static void copy(byte[] from, MemorySegment to) {
        MemorySegment.copy(from, 0, to, BYTE, 0, from.length);
    }

    private Layouts() {}
}
