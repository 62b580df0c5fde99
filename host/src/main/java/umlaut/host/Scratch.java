package umlaut.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A little native memory of each thread's own, for arguments of host calls: two paths of up to 4,096 bytes and {@value #ROOM} bytes for
 * structs and small results. Whatever is put there is good until the same thread uses the same part again; nothing is allocated.
 */
public final class Scratch {
    /** Longest path with its NUL, as PATH_MAX. */
    public static final int PATH_MAX = 4096;

    /** Bytes of {@link #room()}. */
    public static final int ROOM = 8192;

    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    /** Bytes of {@link #buffer()}: small enough to stay in the CPU's cache. */
    public static final int BUFFER = 128 << 10;

    private final MemorySegment path;
    private final MemorySegment secondPath;
    private final MemorySegment room;
    private final MemorySegment inner;
    private final MemorySegment arguments;

    /** Made when a thread first moves data. */
    private @Nullable MemorySegment buffer;

    private Scratch() {
        MemorySegment all = Arena.ofAuto().allocate(2 * PATH_MAX + 2 * ROOM + 256, 64);
        path = all.asSlice(0, PATH_MAX);
        secondPath = all.asSlice(PATH_MAX, PATH_MAX);
        room = all.asSlice(2 * PATH_MAX, ROOM);
        inner = all.asSlice(2 * PATH_MAX + ROOM, ROOM);
        arguments = all.asSlice(2 * PATH_MAX + 2 * ROOM, 256);
    }

    /** This thread's memory for structs, not zeroed. */
    public static MemorySegment room() {
        return OF_THREAD.get().room;
    }

    /** As {@link #room()}, for a layer whose callers may have something in theirs: the engine. */
    public static MemorySegment inner() {
        return OF_THREAD.get().inner;
    }

    /** For the wrappers of this package: small structs that they pass by address, so that {@link #room()} stays the caller's. */
    static MemorySegment arguments() {
        return OF_THREAD.get().arguments;
    }

    /** This thread's memory for data on its way between a file and somewhere else. */
    public static MemorySegment buffer() {
        Scratch mine = OF_THREAD.get();
        MemorySegment b = mine.buffer;
        if (b == null) {
            b = Arena.ofAuto().allocate(BUFFER, 4096);
            mine.buffer = b;
        }
        return b;
    }

    /** The path as a C string (UTF-8). A path too long for the host is cut so that the host answers ENAMETOOLONG. */
    public static MemorySegment path(String path) {
        return fill(OF_THREAD.get().path, path.getBytes(StandardCharsets.UTF_8));
    }

    /** The path, given as raw bytes without NUL, as a C string. */
    public static MemorySegment path(byte[] path) {
        return fill(OF_THREAD.get().path, path);
    }

    /** For calls with two paths: the second one. */
    public static MemorySegment secondPath(String path) {
        return fill(OF_THREAD.get().secondPath, path.getBytes(StandardCharsets.UTF_8));
    }

    public static MemorySegment secondPath(byte[] path) {
        return fill(OF_THREAD.get().secondPath, path);
    }

    private static MemorySegment fill(MemorySegment to, byte[] from) {
        // A string of PATH_MAX bytes without NUL in its first PATH_MAX is what the host calls too long; the second path
        // or the room follows
        // in memory, so reading on to the next NUL stays harmless.
        int length = Math.min(from.length, PATH_MAX);
        MemorySegment.copy(from, 0, to, ValueLayout.JAVA_BYTE, 0, length);
        if (length < PATH_MAX) {
            to.set(ValueLayout.JAVA_BYTE, length, (byte) 0);
        }
        return to;
    }
}
