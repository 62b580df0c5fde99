package umlaut.kernel.vfs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.mm.UserAccess;

/**
 * What a task's file calls use over and over, so that they allocate nothing: path walks, the transfer iterator, room for results. Only the task itself uses it, for one
 * call at a time; when it has ended another gets it ({@link umlaut.kernel.task.ScratchPool}).
 */
public final class FileScratch {
    /** Bytes of {@link #room()}. */
    static final int ROOM = 64 << 10;

    /** For {@link umlaut.kernel.mm.UserAccess}. */
    public final MemorySegment structs = Arena.ofAuto().allocate(UserAccess.PATH_MAX, 64);

    final PathWalk walk = new PathWalk();
    private @Nullable PathWalk second;
    final IovIter iter = new IovIter();
    long[] addresses = new long[8];
    long[] lengths = new long[8];
    private @Nullable MemorySegment struct;
    private @Nullable MemorySegment room;

    /** For calls with two paths. */
    PathWalk second() {
        PathWalk w = second;
        if (w == null) {
            w = new PathWalk();
            second = w;
        }
        return w;
    }

    /** 256 bytes for a struct. */
    MemorySegment struct() {
        MemorySegment s = struct;
        if (s == null) {
            s = Arena.ofAuto().allocate(256, 64);
            struct = s;
        }
        return s;
    }

    /** Native memory of {@link #ROOM} bytes for directory entries and copies between files. */
    MemorySegment room() {
        MemorySegment r = room;
        if (r == null) {
            r = Arena.ofAuto().allocate(ROOM, 64);
            room = r;
        }
        return r;
    }
}
