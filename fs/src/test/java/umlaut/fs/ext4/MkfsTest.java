package umlaut.fs.ext4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import umlaut.block.BlockBackend;
import umlaut.block.Images;

/** New file systems of many sizes, by the word of e2fsprogs. */
class MkfsTest {
    private static final UUID ID = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");

    @TempDir
    Path dir;

    private record Result(int status, String out) {}

    private static Result tool(String name, String... arguments) throws Exception {
        Path program = List.of("/usr/sbin/" + name, "/sbin/" + name, "/usr/bin/" + name).stream()
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(program != null, name + " is not on this host: package e2fsprogs");
        List<String> command = new ArrayList<>(List.of(String.valueOf(program)));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out);
    }

    private Path format(long bytes) throws IOException {
        Path file = dir.resolve("image");
        try (BlockBackend disk = Images.create(file.toString(), bytes)) {
            Mkfs.format(disk, 16384, "umlaut", ID, 1_700_000_000_000_000_000L);
        }
        return file;
    }

    /** One group, a last group without bitmaps of its own, a last group too small, the journals of all sizes, copies of the superblock in many groups. */
    @ParameterizedTest
    @ValueSource(
            longs = {
                8L << 20,
                (8L << 20) + 512,
                127L << 20,
                128L << 20,
                (128L << 20) + 4096,
                (128L << 20) + (5L << 20),
                1L << 30,
                (2L << 30) + (1L << 20),
                (2L << 30) + (7L << 20),
                5L << 30,
                16L << 30,
                100L << 30
            })
    void isClean(long bytes) throws Exception {
        Path file = format(bytes);
        Result check = tool("e2fsck", "-fn", file.toString());
        assertThat(check.status).as(check.out).isZero();
        assertThat(Files.size(file)).isEqualTo(bytes);
    }

    @Test
    void saysWhatItIs() throws Exception {
        Result shown = tool("dumpe2fs", "-h", format(1L << 30).toString());
        assertThat(shown.out)
                .contains("Filesystem volume name:   umlaut", "Filesystem UUID:          " + ID)
                .contains("has_journal", "dir_index", "extent", "64bit", "flex_bg", "metadata_csum", "huge_file")
                .contains("Filesystem state:         clean", "Total journal blocks:     8192");
    }

    @Test
    void canBeResized() throws Exception {
        Path file = format(64L << 20);
        Result grown = tool("resize2fs", "-f", file.toString(), "200M");
        assertThat(grown.status).as(grown.out).isZero();
        Result check = tool("e2fsck", "-fn", file.toString());
        assertThat(check.status).as(check.out).isZero();
    }

    @Test
    void tooSmallIsRefused() {
        assertThatThrownBy(() -> format(4L << 20)).isInstanceOf(IllegalArgumentException.class);
    }
}
