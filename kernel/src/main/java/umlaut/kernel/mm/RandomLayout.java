package umlaut.kernel.mm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import umlaut.engine.OwnAnswers;
import umlaut.host.HostCalls;
import umlaut.host.Syscall;

/**
 * The random choices of one exec: where stack, mmap area, program and heap go, and AT_RANDOM's bytes (Linux: arch/x86/mm/mmap.c, personality(2) ADDR_NO_RANDOMIZE,
 * kernel.randomize_va_space = 2). Ranges are Linux's, but stack and mmap area stay within a gigabyte of the top: the engine reaches texts there with code of its
 * own that lies above everything a guest can map.
 */
final class RandomLayout {
    private static final long PAGE = MmArea.PAGE;
    private static final long LEAST_GAP = 128L << 20;
    /** How far the stack's top may be moved down. */
    private static final long STACK_SPAN = 1L << 28;

    /** Of the layout; those behind are the program's own. */
    private static final int WORDS = 8;

    private static final int ALL_WORDS = WORDS + OwnAnswers.RANDOM_SIZE / 8;

    private final boolean randomize;
    private final long[] words = new long[ALL_WORDS];

    RandomLayout(boolean randomize) {
        this.randomize = randomize;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(ALL_WORDS * 8L, 8);
            HostCalls.call(Syscall.GETRANDOM, room.address(), ALL_WORDS * 8L, 0);
            MemorySegment.copy(room, ValueLayout.JAVA_LONG, 0, words, 0, ALL_WORDS);
        }
    }

    private long pages(int word, int bits) {
        return randomize ? (words[word] & (1L << bits) - 1) * PAGE : 0;
    }

    long stackTop(long taskSize) {
        return taskSize - pages(0, 16);
    }

    /** Bytes, below 8 KiB, by which the first stack pointer lies lower. */
    long stackOffset() {
        return randomize ? words[1] & 8191 : 0;
    }

    long mmapBase(long taskSize, long stackLimit) {
        long pad = (randomize ? STACK_SPAN : 0) + MmArea.STACK_GUARD;
        long most = taskSize / 6 * 5;
        long gap = stackLimit == -1 || stackLimit < 0 || stackLimit > most ? most : stackLimit + pad;
        gap = Math.max(LEAST_GAP, Math.min(gap, most));
        return taskSize - gap - pages(2, 17) & -PAGE;
    }

    /** Base of a position-independent program with an interpreter: ELF_ET_DYN_BASE and up to 1 TiB. */
    long programBase(long taskSize, long align) {
        return taskSize / 3 * 2 + pages(3, 28) & -align;
    }

    /** Start of the heap, from the end of the program on. */
    long heapStart(long from) {
        return randomize ? MmArea.pageUp(from) + (words[4] & (1L << 18) - 1) * PAGE : MmArea.pageUp(from);
    }

    /** What getrandom(2) will give first. */
    long[] forProgram() {
        return Arrays.copyOfRange(words, WORDS, ALL_WORDS);
    }

    /** 16 bytes for AT_RANDOM. */
    long random(int index) {
        return words[6 + index];
    }
}
