package umlaut.oci;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Scratch;

/** What a sparse file takes: st_blocks of stat(2), which Java does not tell. */
final class DiskUse {
    private static final int ST_BLOCKS = 64, UNIT = 512;

    private DiskUse() {}

    static long bytes(Path file) throws IOException {
        MemorySegment stat = Scratch.room();
        if (HostCalls.isError(Files.fstatat(Files.AT_FDCWD, Scratch.path(file.toString()), stat, 0))) {
            throw new NoSuchFileException(file.toString());
        }
        return stat.get(Layouts.LONG, ST_BLOCKS) * UNIT;
    }
}
