package umlaut.kernel.mm;

import java.lang.foreign.MemorySegment;
import umlaut.abi.ErrnoException;
import umlaut.host.Scratch;

/**
 * The read side of files whose bytes come in pieces from elsewhere, a host's file or a disk: each piece goes straight to where the guest's memory is filled from if there is room, or else
 * through this thread's buffer. What came before an error counts, as in read(2).
 */
public final class FileRead {
    /** Where the bytes come from. */
    public interface Source {
        /**
         * Fills the beginning of {@code to}.
         *
         * @return bytes read, fewer than {@code most} at the end of the file
         * @throws ErrnoException EIO and others
         */
        long read(MemorySegment to, long most, long position);
    }

    private FileRead() {}

    /** @return bytes moved, or -EFAULT */
    public static long perform(Source source, IovIter to, long offset) {
        long done = 0;
        while (to.remaining() > 0) {
            MemorySegment room = to.reserve();
            MemorySegment buffer = room == null ? Scratch.buffer() : room;
            long want = Math.min(buffer.byteSize(), to.remaining());
            long n;
            try {
                n = source.read(buffer, want, offset + done);
            } catch (ErrnoException e) {
                if (room != null) {
                    to.commit(0);
                }
                if (done > 0) {
                    break;
                }
                throw e;
            }
            long moved = n;
            if (room != null) {
                to.commit(n);
            } else {
                moved = to.copyOut(buffer, 0, n);
            }
            done += moved;
            if (moved < n && to.repair(true)) {
                continue;
            }
            if (moved < want) {
                break; // the end of the file, or a fault
            }
        }
        return to.result(done);
    }
}
