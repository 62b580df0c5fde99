package umlaut.machine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import umlaut.abi.Mode;
import umlaut.block.ImageException;

/** Images filled by Java code, by the word of e2fsprogs: nothing is lost and nothing leads out. */
class ImageTreeTest {
    private static final long TIME = 1_700_000_000_123_456_789L;
    private static final FileAttributes PLAIN = FileAttributes.of(0644, TIME);

    @TempDir
    Path dir;

    private ImageTree create(long size) {
        return ImageTree.create(dir.resolve("image"), size, "test", TIME);
    }

    private static ByteArrayInputStream bytes(byte[] b) {
        return new ByteArrayInputStream(b);
    }

    private String e2fs(String tool, String... arguments) throws Exception {
        Path program = Path.of("/usr/sbin/" + tool);
        assumeTrue(Files.isExecutable(program), tool + " is not on this host: package e2fsprogs");
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        command.add(dir.resolve("image").toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TZ", "UTC");
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }

    @Test
    void everythingIsAsGiven() throws Exception {
        byte[] data = new byte[1_000_000];
        new Random(1).nextBytes(data);
        Arrays.fill(data, 8192, 500_000, (byte) 0);
        try (ImageTree tree = create(64L << 20)) {
            tree.directory("/", FileAttributes.of(0755, TIME));
            tree.directory("etc", new FileAttributes(02755, 1234567, 42, TIME, Map.of()));
            tree.file(
                    "etc/data",
                    new FileAttributes(
                            04711,
                            1000,
                            70000,
                            TIME,
                            Map.of("user.x", new byte[] {1, 2}, "security.capability", capability())),
                    bytes(data));
            tree.symlink("link", "../../etc", PLAIN);
            tree.file("link/through", PLAIN, bytes("x".getBytes(StandardCharsets.UTF_8)));
            tree.hardLink("etc/second", "./etc/data");
            tree.node("dev/null", Mode.S_IFCHR, 0x103, FileAttributes.of(0666, TIME));
            tree.node("fifo", Mode.S_IFIFO, 0, FileAttributes.of(0600, TIME));
            for (int i = 0; i < 3000; i++) {
                tree.file("many/" + i, PLAIN, bytes(new byte[0]));
            }
            tree.finish();
        }
        e2fs("e2fsck", "-fn");
        assertThat(e2fs("debugfs", "-R", "stat /etc/data"))
                .contains("Mode:  04711", "User:  1000   Group: 70000", "Size: 1000000", "Links: 2")
                .contains("mtime: 0x6553f100:1d6f3454", "user.x", "security.capability");
        assertThat(e2fs("debugfs", "-R", "stat /etc")).contains("Mode:  02755", "User: 1234567   Group:    42");
        assertThat(e2fs("debugfs", "-R", "ls -l /etc")).contains("through", "second");
        assertThat(e2fs("debugfs", "-R", "stat /dev/null")).contains("Type: character special", "01:03");
        Path out = dir.resolve("out");
        e2fs("debugfs", "-R", "dump /etc/second " + out);
        assertThat(Files.readAllBytes(out)).isEqualTo(data);
    }

    private static byte[] capability() {
        byte[] value = new byte[20];
        value[0] = 1;
        value[3] = 2;
        value[4] = (byte) 0x80;
        return value;
    }

    @Test
    void whatComesLaterReplaces() throws Exception {
        try (ImageTree tree = create(16L << 20)) {
            tree.directory("a/b/c", PLAIN);
            tree.file("a/b/c/f", PLAIN, bytes(new byte[10]));
            tree.file("a/b", PLAIN, bytes(new byte[5]));
            tree.symlink("s", "a", PLAIN);
            tree.directory("s", PLAIN);
            tree.file("s/only", PLAIN, bytes(new byte[5]));
            tree.directory("o/x", PLAIN);
            tree.file("o/y", PLAIN, bytes(new byte[5]));
            tree.clear("o", path -> path.equals("o/y"));
            tree.remove("not/there");
            assertThat(tree.exists("a/only")).isFalse();
            assertThat(tree.exists("o/x")).isFalse();
            assertThat(tree.exists("o/y")).isTrue();
            tree.finish();
        }
        e2fs("e2fsck", "-fn");
    }

    @Test
    void nothingLeadsOut() {
        try (ImageTree tree = create(16L << 20)) {
            assertThatThrownBy(() -> tree.file("../x", PLAIN, bytes(new byte[1])))
                    .isInstanceOf(ImageException.class)
                    .hasMessage("'../x' leads out of the image: refused");
            assertThatThrownBy(() -> tree.hardLink("l", "a/../../etc/passwd"))
                    .hasMessage("'a/../../etc/passwd' leads out of the image: refused");
            assertThatThrownBy(() -> tree.hardLink("l", "none")).hasMessageContaining("is not there");
            tree.symlink("loop", "loop", PLAIN);
            assertThatThrownBy(() -> tree.file("loop/x", PLAIN, bytes(new byte[1])))
                    .hasMessageContaining("Too many levels of symbolic links");
            tree.symlink("up", "../../../..", PLAIN);
            assertThatThrownBy(() -> tree.file(".", PLAIN, bytes(new byte[1]))).hasMessageContaining("root directory");
        }
    }

    @Test
    void aFullDiskIsSaid() {
        try (ImageTree tree = create(16L << 20)) {
            byte[] data = new byte[20 << 20];
            Arrays.fill(data, (byte) 1);
            assertThatThrownBy(() -> tree.file("big", PLAIN, bytes(data))).hasMessageEndingWith("no room left");
        }
    }
}
