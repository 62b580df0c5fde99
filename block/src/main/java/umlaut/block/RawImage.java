package umlaut.block;

import java.lang.foreign.MemorySegment;
import umlaut.kernel.mm.MappingSource.Extent;

/** A raw image: the disk's bytes as they are. Sparse files stay sparse: what is discarded becomes a hole. */
final class RawImage implements BlockBackend {
    private final ImageFile file;
    private final long size;

    RawImage(ImageFile file) {
        this.file = file;
        this.size = file.size() & -(long) BlockDevice.SECTOR;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean readOnly() {
        return file.readOnly;
    }

    @Override
    public void read(MemorySegment to, long start, long length, long position) {
        file.read(to, start, length, position);
    }

    @Override
    public void write(MemorySegment from, long start, long length, long position) {
        file.write(from, start, length, position);
    }

    @Override
    public void flush() {
        file.flush();
    }

    @Override
    public void discard(long position, long length) {
        file.zero(position, length);
    }

    @Override
    public void locate(long position, long length, boolean writable, Extent into) {
        into.set(file.fd, position, length);
    }

    @Override
    public void close() {
        file.close();
    }
}
