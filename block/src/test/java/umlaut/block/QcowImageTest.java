package umlaut.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** qcow2 images: what is written is read again, and qemu-img, where the host has it, finds nothing to complain of. */
class QcowImageTest {
    private static final int SIZE = 4 << 20;
    private static final int CLUSTER = 4096;

    @TempDir
    Path dir;

    /** An empty image: header, first-level table, and the counts of these clusters. */
    private Path empty(int version, String backing) throws IOException {
        ByteBuffer image = ByteBuffer.allocate(4 * CLUSTER);
        image.putInt(0, QcowHeader.MAGIC).putInt(4, version).putInt(20, 12).putLong(24, SIZE);
        image.putInt(36, SIZE / CLUSTER / 512)
                .putLong(40, 3 * CLUSTER)
                .putLong(48, CLUSTER)
                .putInt(56, 1);
        image.putInt(96, 4).putInt(100, 104);
        if (!backing.isEmpty()) {
            byte[] name = backing.getBytes(StandardCharsets.UTF_8);
            image.putLong(8, 512).putInt(16, name.length).put(512, name);
            image.putInt(104, 0xe2792aca).putInt(108, 3).put(112, "raw".getBytes(StandardCharsets.UTF_8));
        }
        image.putLong(CLUSTER, 2 * CLUSTER);
        for (int i = 0; i < 4; i++) {
            image.putShort(2 * CLUSTER + 2 * i, (short) 1);
        }
        return Files.write(dir.resolve("image" + version + ".qcow2"), image.array());
    }

    private static void change(BlockBackend disk, byte[] expected, Random random) {
        MemorySegment buffer = Arena.ofAuto().allocate(20_000);
        for (int i = 0; i < 60; i++) {
            byte[] bytes = new byte[1 + random.nextInt(20_000)];
            random.nextBytes(bytes);
            int at = random.nextInt(SIZE - bytes.length);
            MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
            disk.write(buffer, 0, bytes.length, at);
            System.arraycopy(bytes, 0, expected, at, bytes.length);
            int hole = random.nextInt(SIZE - 30_000) & -512;
            disk.discard(hole, 512 * (i % 40));
            java.util.Arrays.fill(expected, hole, hole + 512 * (i % 40), (byte) 0);
        }
        MemorySegment all = Arena.ofAuto().allocate(SIZE);
        disk.read(all, 0, SIZE, 0);
        assertThat(all.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
    }

    private static int qemuImg(Path directory, String... arguments) throws IOException {
        try {
            String[] command = new String[arguments.length + 1];
            command[0] = "qemu-img";
            System.arraycopy(arguments, 0, command, 1, arguments.length);
            return new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("qemu-img.log").toFile())
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void standsChanges(int version, boolean backed) throws IOException {
        byte[] expected = new byte[SIZE];
        if (backed) {
            new Random(5).nextBytes(expected);
            Files.write(dir.resolve("base"), expected);
        }
        Path image = empty(version, backed ? "base" : "");
        Random random = new Random(version);
        for (int round = 0; round < 3; round++) {
            try (BlockBackend disk = Images.open(image.toString(), false, null)) {
                assertThat(disk.size()).isEqualTo(SIZE);
                change(disk, expected, random);
            }
        }
        Files.write(dir.resolve("expected"), expected);
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        standsChanges(3, false);
        standsChanges(2, false);
        standsChanges(3, true);
        standsChanges(2, true);
    }

    @Test
    void qemuImgFindsTheSame() throws IOException {
        boolean there;
        try {
            there = qemuImg(dir, "--version") == 0;
        } catch (IOException e) {
            there = false;
        }
        assumeTrue(there, "qemu-img is not on this host: qcow2 images are compared with ourselves only");
        standsChanges(3, true);
        assertThat(qemuImg(dir, "check", "image3.qcow2")).isZero();
        assertThat(qemuImg(dir, "compare", "image3.qcow2", "expected")).isZero();
        assertThat(qemuImg(dir, "convert", "-c", "-O", "qcow2", "expected", "packed.qcow2"))
                .isZero();
        byte[] expected = Files.readAllBytes(dir.resolve("expected"));
        try (BlockBackend disk = Images.open(dir.resolve("packed.qcow2").toString(), false, null)) {
            change(disk, expected, new Random(9));
        }
        assertThat(qemuImg(dir, "check", "packed.qcow2")).isZero();
    }

    @Test
    void whatIsNotKnownIsSaidInALine() throws IOException {
        Path image = empty(3, "");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(image));
        refused(bytes.putInt(4, 4), "version 4");
        refused(bytes.putInt(4, 3).putInt(32, 1), "encrypted");
        refused(bytes.putInt(32, 0).putLong(72, 16), "features that are not known");
        refused(bytes.putLong(72, 1), "qemu-img check");
        refused(bytes.putLong(72, 0).putInt(36, 0), "damaged header");
    }

    private void refused(ByteBuffer image, String why) throws IOException {
        Path file = Files.write(dir.resolve("bad.qcow2"), image.array());
        assertThatThrownBy(() -> Images.open(file.toString(), false, null))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(why);
    }
}
