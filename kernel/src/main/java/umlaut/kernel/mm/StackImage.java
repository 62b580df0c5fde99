package umlaut.kernel.mm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * What a new program finds on its stack: argc, argv, envp, the auxiliary vector, and above them the strings they point to (Linux: create_elf_tables; the System V ABI
 * for AMD64, 3.4.1). Built in one piece for addresses that are fixed beforehand.
 */
final class StackImage {
    private static final byte[] PLATFORM = "x86_64\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final ArgumentBlock arguments;
    private final byte[] path;

    final long execName;
    final long strings;
    final long platform;
    final long randomBytes;
    /** First stack pointer: where argc lies. */
    final long stackPointer;

    private final long top;

    /**
     * @param top end of the stack
     * @param offset random bytes between strings and vectors
     * @param path AT_EXECFN
     * @param auxPairs pairs of the auxiliary vector, AT_NULL included
     */
    StackImage(ArgumentBlock arguments, byte[] path, long top, long offset, int auxPairs) {
        this.arguments = arguments;
        this.path = path;
        this.top = top;
        execName = top - 8 - (path.length + 1);
        strings = execName - arguments.length();
        long p = strings - offset & -16L;
        platform = p - PLATFORM.length;
        randomBytes = platform - 16;
        long words = 1 + arguments.argc() + 1L + arguments.envc() + 1L + 2L * auxPairs;
        stackPointer = randomBytes - words * 8 & -16L;
    }

    /** Bytes from the stack pointer to the top. */
    long size() {
        return top - stackPointer;
    }

    long argStart() {
        return strings;
    }

    /** End of argv's strings, start of envp's. */
    long argEnd() {
        byte[] bytes = arguments.bytes();
        int at = 0;
        for (int i = 0; i < arguments.argc(); i++) {
            while (bytes[at] != 0) {
                at++;
            }
            at++;
        }
        return strings + at;
    }

    long envEnd() {
        return execName;
    }

    /** Fills a zeroed segment of {@link #size()} bytes. */
    void fill(MemorySegment to, long[] auxv, long random0, long random1) {
        byte[] text = arguments.bytes();
        MemorySegment.copy(text, 0, to, ValueLayout.JAVA_BYTE, strings - stackPointer, arguments.length());
        MemorySegment.copy(path, 0, to, ValueLayout.JAVA_BYTE, execName - stackPointer, path.length);
        MemorySegment.copy(PLATFORM, 0, to, ValueLayout.JAVA_BYTE, platform - stackPointer, PLATFORM.length);
        to.set(LONG, randomBytes - stackPointer, random0);
        to.set(LONG, randomBytes - stackPointer + 8, random1);
        to.set(LONG, 0, arguments.argc());
        long at = 8;
        int string = 0;
        for (int i = 0; i < arguments.argc() + arguments.envc(); i++) {
            if (i == arguments.argc()) {
                at += 8;
            }
            to.set(LONG, at, strings + string);
            at += 8;
            while (text[string] != 0) {
                string++;
            }
            string++;
        }
        at += arguments.envc() == 0 ? 16 : 8;
        for (long value : auxv) {
            to.set(LONG, at, value);
            at += 8;
        }
    }
}
