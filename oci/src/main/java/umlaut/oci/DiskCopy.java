package umlaut.oci;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.block.BlockBackend;

/** Copies what disks hold, whatever their formats. */
final class DiskCopy {
    private static final int CHUNK = 1 << 20, HOLE = 4096;

    private DiskCopy() {}

    /** All but zeros, to a disk that reads as zero. */
    static void all(BlockBackend from, BlockBackend to, Progress progress) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK, HOLE);
            MemorySegment zeros = arena.allocate(HOLE, HOLE);
            for (long at = 0; at < from.size(); at += CHUNK) {
                long n = Math.min(CHUNK, from.size() - at);
                from.read(buffer, 0, n, at);
                for (long i = 0; i < n; i += HOLE) {
                    long piece = Math.min(HOLE, n - i);
                    if (MemorySegment.mismatch(buffer, i, i + piece, zeros, 0, piece) >= 0) {
                        to.write(buffer, i, piece, at + i);
                    }
                }
                progress.at(at + n);
            }
        }
    }
}
