package umlaut.fs.ext4;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import umlaut.block.BlockBackend;

/** A disk in memory, quickly made what it was. */
final class MemoryDisk implements BlockBackend {
    final MemorySegment bytes;

    MemoryDisk(long size) {
        bytes = Arena.ofAuto().allocate(size, 4096);
    }

    static MemoryDisk of(Path image) throws IOException {
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            MemoryDisk disk = new MemoryDisk(channel.size());
            disk.bytes.copyFrom(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            return disk;
        }
    }

    void store(Path image) throws IOException {
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            channel.write(bytes.asByteBuffer());
        }
    }

    @Override
    public long size() {
        return bytes.byteSize();
    }

    @Override
    public boolean readOnly() {
        return false;
    }

    @Override
    public void read(MemorySegment to, long start, long length, long position) {
        MemorySegment.copy(bytes, position, to, start, length);
    }

    @Override
    public void write(MemorySegment from, long start, long length, long position) {
        MemorySegment.copy(from, start, bytes, position, length);
    }

    @Override
    public void flush() {}

    @Override
    public void discard(long position, long length) {
        bytes.asSlice(position, length).fill((byte) 0);
    }

    @Override
    public void close() {}
}
