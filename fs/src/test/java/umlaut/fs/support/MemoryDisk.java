package umlaut.fs.support;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import umlaut.block.BlockBackend;
import umlaut.block.BlockDevices;
import umlaut.kernel.Kernel;

/** A disk in memory, quickly made what it was. */
public final class MemoryDisk implements BlockBackend {
    public final MemorySegment bytes;

    public MemoryDisk(long size) {
        bytes = Arena.ofAuto().allocate(size, 4096);
    }

    public static MemoryDisk of(Path image) throws IOException {
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            MemoryDisk disk = new MemoryDisk(channel.size());
            disk.bytes.copyFrom(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            return disk;
        }
    }

    public void store(Path image) throws IOException {
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            channel.write(bytes.asByteBuffer());
        }
    }

    /** A kernel's block devices, without names. */
    public static BlockDevices devices(Kernel kernel) {
        return new BlockDevices(kernel, new BlockDevices.Nodes() {
            @Override
            public void make(String name, long device) {}

            @Override
            public void makeControl(String name, long device) {}

            @Override
            public void link(String name, String target) {}

            @Override
            public void remove(String name) {}
        });
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
