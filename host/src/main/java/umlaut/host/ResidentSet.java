package umlaut.host;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of this process's memory is resident, and how to have less of it: pages are given back that can be had again, either because nothing is in them or because the host has the same ones
 * in a file. Looks at few things: whatever is done here a thousand times would have the JIT compilers busy, and their memory with it. See proc_pid_maps(5), proc_pid_pagemap(5), MADV_DONTNEED in madvise(2).
 */
public final class ResidentSet {
    /** Of a page in pagemap: present; of a file. What is present and not of a file belongs to this process alone. */
    private static final long PRESENT = 1L << 63, SWAPPED = 1L << 62, OF_FILE = 1L << 61;

    record Range(long start, long end) {}

    private ResidentSet() {}

    /**
     * Gives back what is free in the heap, and the file pages that nobody writes to: the host maps 16 and more of them at each fault, and a fault brings those back that are in use. Takes some
     * milliseconds.
     */
    public static void trim() {
        List<Range> files = List.of();
        try {
            files = unwrittenFiles(java.nio.file.Files.readString(Path.of("/proc/self/maps")));
        } catch (IOException e) {
            // no /proc: what is mapped stays
        }
        trimHeap();
        for (Range range : files) {
            Memory.madvise(range.start, range.end - range.start, Memory.MADV_DONTNEED);
        }
    }

    private static List<Range> unwrittenFiles(String maps) {
        List<Range> found = new ArrayList<>();
        for (int line = 0; line < maps.length(); line = maps.indexOf('\n', line) + 1) {
            Range range = unwritableFile(maps, line);
            if (range != null && !hasOwnPages(range)) {
                found.add(range);
            }
        }
        return found;
    }

    /** What the C library keeps of freed memory, the JIT compilers' mostly: malloc_trim(3), where the library has it. */
    private static void trimHeap() {
        HostCalls.findFunction("malloc_trim").ifPresent(function -> HostCalls.invoke(function, 0, 0, 0, 0, 0, 0, 0));
    }

    /**
     * The mapping whose line begins at {@code line} (range, permissions, offset, device, inode, and a path if it is of a file), if it is private and cannot be written. Those are of the JVM's libraries and
     * its start-up cache, which stay where they are; others may have made room for something else by now.
     */
    static @Nullable Range unwritableFile(String maps, int line) {
        int dash = maps.indexOf('-', line);
        int space = maps.indexOf(' ', dash);
        int path = maps.indexOf('/', space);
        if (maps.charAt(space + 2) == 'w'
                || maps.charAt(space + 4) != 'p'
                || path < 0
                || path > maps.indexOf('\n', space)) {
            return null;
        }
        return new Range(Long.parseLong(maps, line, dash, 16), Long.parseLong(maps, dash + 1, space, 16));
    }

    /** Whether something in there is not the file's, as a library's relocated data: it would be lost. */
    static boolean hasOwnPages(Range range) {
        int fd = (int)
                Files.openat(Files.AT_FDCWD, Scratch.path("/proc/self/pagemap"), Files.O_RDONLY | Files.O_CLOEXEC, 0);
        if (fd < 0) {
            return true;
        }
        try {
            MemorySegment entries = Scratch.room();
            long page = range.start / Memory.PAGE_SIZE;
            long end = range.end / Memory.PAGE_SIZE;
            while (page < end) {
                long n = Files.pread(fd, entries, 0, Math.min(Scratch.ROOM, (end - page) * 8), page * 8) / 8;
                if (n <= 0 || isOwn(entries, n)) {
                    return true;
                }
                page += n;
            }
            return false;
        } finally {
            Files.close(fd);
        }
    }

    private static boolean isOwn(MemorySegment entries, long n) {
        for (long i = 0; i < n; i++) {
            long entry = entries.get(Layouts.LONG, 8 * i);
            if ((entry & (PRESENT | SWAPPED)) != 0 && (entry & OF_FILE) == 0) {
                return true;
            }
        }
        return false;
    }
}
