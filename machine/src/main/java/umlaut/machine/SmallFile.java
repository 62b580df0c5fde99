package umlaut.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.host.Layouts;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.LookupContext;

/** Text of the guest that the machine itself needs: /etc/passwd and the like. */
final class SmallFile {
    private static final int MOST_TEXT = 1 << 20;

    private SmallFile() {}

    /** Empty if it cannot be read. */
    @SuppressWarnings("NullAway") // no task: files do not ask for one
    static String read(Kernel kernel, LookupContext who, String path) {
        try (Arena arena = Arena.ofConfined()) {
            File file = kernel.vfs.open(who, path, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0);
            try {
                long size = Math.min(MOST_TEXT, Objects.requireNonNull(file.inode()).size);
                MemorySegment data = arena.allocate(Math.max(1, size));
                long n = size == 0 ? 0 : file.read(null, new IovIter().kernel(data, 0, size), 0);
                byte[] bytes = data.asSlice(0, Math.max(0, n)).toArray(Layouts.BYTE);
                return new String(bytes, StandardCharsets.UTF_8);
            } finally {
                file.release();
            }
        } catch (ErrnoException e) {
            return "";
        }
    }
}
