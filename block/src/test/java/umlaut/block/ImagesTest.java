package umlaut.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images: what is written is read again, by us and by the file's layout; what is wrong with one is said in a line. */
class ImagesTest {
    private static final int SIZE = 1 << 20;

    @TempDir
    Path dir;

    private Path image() throws IOException {
        byte[] bytes = new byte[SIZE];
        new Random(1).nextBytes(bytes);
        return Files.write(dir.resolve("base"), bytes);
    }

    private static byte[] read(BlockBackend disk, long position, int length) {
        MemorySegment buffer = Arena.ofAuto().allocate(length);
        disk.read(buffer, 0, length, position);
        return buffer.toArray(ValueLayout.JAVA_BYTE);
    }

    private static void write(BlockBackend disk, long position, byte[] bytes) {
        MemorySegment buffer = Arena.ofAuto().allocate(bytes.length);
        MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
        disk.write(buffer, 0, bytes.length, position);
    }

    @Test
    void cowFilesHaveTheLayoutOfUserModeLinux() throws IOException {
        Path base = image();
        Path cow = dir.resolve("cow");
        try (BlockBackend disk = Images.open(base.toString(), false, cow.toString())) {
            write(disk, 512 * 9, new byte[512]);
        }
        assertThat(Files.size(cow)).isEqualTo(1_060_864);
        ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(cow));
        assertThat(header.getInt(0)).isEqualTo(0x4f4f4f4d);
        assertThat(header.getInt(4)).isEqualTo(3);
        assertThat(header.getLong(12)).isEqualTo(SIZE);
        assertThat(header.getInt(20)).isEqualTo(512);
        // The page of sector 9: sectors 8 to 15.
        assertThat(header.get(8192)).isZero();
        assertThat(header.get(8193)).isEqualTo((byte) 0xff);
        assertThat(header.get(12288 + 512 * 8)).isEqualTo(Files.readAllBytes(base)[512 * 8]);
    }

    @Test
    void whatIsWrittenToACowFileIsReadAgain() throws IOException {
        Path base = image();
        byte[] expected = Files.readAllBytes(base);
        Path cow = dir.resolve("cow");
        Random random = new Random(2);
        for (int round = 0; round < 3; round++) {
            try (BlockBackend disk = Images.open(base.toString(), false, cow.toString())) {
                for (int i = 0; i < 50; i++) {
                    byte[] bytes = new byte[1 + random.nextInt(20_000)];
                    random.nextBytes(bytes);
                    int at = random.nextInt(SIZE - bytes.length);
                    write(disk, at, bytes);
                    System.arraycopy(bytes, 0, expected, at, bytes.length);
                }
                disk.discard(4096 * round, 8192);
                java.util.Arrays.fill(expected, 4096 * round, 4096 * round + 8192, (byte) 0);
                assertThat(read(disk, 0, SIZE)).isEqualTo(expected);
            }
        }
        try (BlockBackend disk = Images.open(cow.toString(), true, null)) {
            assertThat(read(disk, 0, SIZE)).isEqualTo(expected);
        }
    }

    @Test
    void anImageInUseIsRefused() throws IOException {
        Path base = image();
        String path = base.toString();
        try (BlockBackend first = Images.open(path, false, null)) {
            assertThatThrownBy(() -> Images.open(path, false, null)).hasMessageContaining("in use by another guest");
            assertThatThrownBy(() -> Images.open(path, true, null)).hasMessageContaining("in use by another guest");
        }
        try (BlockBackend first = Images.open(path, true, null);
                BlockBackend second = Images.open(path, true, null)) {
            assertThat(first.size()).isEqualTo(second.size());
        }
    }

    @Test
    void aCowFileKnowsItsBackingFile() throws IOException {
        Path base = image();
        Path cow = dir.resolve("cow");
        Images.open(base.toString(), false, cow.toString()).close();
        Files.setLastModifiedTime(base, FileTime.fromMillis(1000));
        assertThatThrownBy(() -> Images.open(cow.toString(), false, null)).hasMessageContaining("was changed after");
        try (RandomAccessFile file = new RandomAccessFile(base.toFile(), "rw")) {
            file.setLength(SIZE / 2);
        }
        assertThatThrownBy(() -> Images.open(cow.toString(), false, null)).hasMessageContaining("was made for");
        try (RandomAccessFile file = new RandomAccessFile(cow.toFile(), "rw")) {
            file.setLength(5000);
        }
        assertThatThrownBy(() -> Images.open(cow.toString(), false, null)).hasMessageContaining("cut short");
    }

    @Test
    void tablesOfPartitionsAreRead() throws IOException {
        byte[] table = new byte[SIZE];
        table[446 + 4] = (byte) 0x83;
        table[446 + 8] = 8; // first sector
        table[446 + 12] = 64; // sectors
        table[510] = 0x55;
        table[511] = (byte) 0xaa;
        Path file = Files.write(dir.resolve("disk"), table);
        try (BlockBackend disk = Images.open(file.toString(), false, null)) {
            var parts = Partitions.of(new BlockDevice("ubda", 98, 0, disk));
            assertThat(parts).hasSize(1);
            assertThat(parts.getFirst().name).isEqualTo("ubda1");
            assertThat(parts.getFirst().start).isEqualTo(4096);
            assertThat(parts.getFirst().size).isEqualTo(64 * 512);
        }
    }
}
