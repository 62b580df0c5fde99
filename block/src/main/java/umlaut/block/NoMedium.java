package umlaut.block;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;

/** What a loop device without a file has: nothing. */
final class NoMedium implements BlockBackend {
    @Override
    public long size() {
        return 0;
    }

    @Override
    public boolean readOnly() {
        return false;
    }

    @Override
    public void read(MemorySegment to, long start, long length, long position) {
        throw Errno.EIO.exception();
    }

    @Override
    public void write(MemorySegment from, long start, long length, long position) {
        throw Errno.EIO.exception();
    }

    @Override
    public void flush() {}

    @Override
    public void discard(long position, long length) {
        throw Errno.EIO.exception();
    }

    @Override
    public void close() {}
}
