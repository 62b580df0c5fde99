package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that the host's tools make of a tree show the same tree in a guest; what a guest writes on a vfat is what fsck.vfat wants. */
@Tag("guest")
class FileSystemsTest {
    private static final Path TOOLS = Umlaut.ROOT.resolve("conformance/src/test/disk");

    @TempDir
    Path dir;

    private static Umlaut.Result host(String command) {
        return Umlaut.host("", 120, List.of("sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; " + command));
    }

    private static void need(String tool) {
        boolean there = host("command -v python3 && command -v " + tool).status() == 0;
        assumeTrue(there, tool + " is not on this host: what it makes is not tested");
    }

    private Path tree() throws IOException {
        Path tree = dir.resolve("tree");
        if (Files.exists(tree)) {
            return tree;
        }
        Files.createDirectories(tree.resolve("a/b/c"));
        Files.createDirectories(tree.resolve("many"));
        for (int i = 0; i < 300; i++) {
            Files.writeString(tree.resolve("many/some-name-of-some-length-" + i), "file " + i + "\n");
        }
        Files.copy(Path.of("/bin/sh"), tree.resolve("program"));
        Files.writeString(tree.resolve("a/text"), "0123456789\n".repeat(50_000));
        Files.write(tree.resolve("a/empty"), new byte[0]);
        Files.createLink(tree.resolve("a/b/hard"), tree.resolve("a/text"));
        Files.createSymbolicLink(tree.resolve("a/b/c/link"), Path.of("../../x/./y"));
        Files.writeString(tree.resolve("Größe"), "wide\n");
        assertThat(host("mkfifo " + tree + "/fifo && truncate -s 3M " + tree + "/holes && echo x >>" + tree + "/holes")
                        .status())
                .isZero();
        return tree;
    }

    /** @param make made into a command by the image's name and the tree's */
    private void compare(String type, String make, String what) throws IOException {
        Path tree = tree();
        Path image = dir.resolve("image");
        Umlaut.Result made = host(String.format(make, image, tree) + " >" + dir + "/made 2>&1");
        assertThat(made.status()).as(Files.readString(dir.resolve("made"))).isZero();
        String list = "python3 %s/tree.py %s " + what;
        Umlaut.Result there = host(String.format(list, TOOLS, tree));
        String script = "mount -t " + type + " -o ro /dev/ubda /mnt && " + String.format(list, "/tools", "/mnt")
                + " && /mnt/program -c 'echo runs'; umount /mnt";
        Umlaut.Result here =
                Umlaut.run("run", "-v", TOOLS + ":/tools:ro", "--disk", image + ",ro", "--", "sh", "-c", script);
        assertThat(here.err()).isEmpty();
        assertThat(here.out()).isEqualTo(there.out() + "runs\n");
    }

    @Test
    void squashfs() throws IOException {
        need("mksquashfs");
        for (String compression : List.of("gzip", "xz", "zstd", "lz4")) {
            compare("squashfs", "mksquashfs %2$s %1$s -noappend -comp " + compression, "");
        }
    }

    @Test
    void erofs() throws IOException {
        need("mkfs.erofs");
        compare("erofs", "mkfs.erofs %s %s", "");
    }

    @Test
    void iso9660() throws IOException {
        need("genisoimage");
        compare("iso9660", "genisoimage -R -o %s %s", "");
    }

    @Test
    void vfat() throws IOException {
        need("mkfs.vfat");
        List<String> arguments = new java.util.ArrayList<>(List.of("run", "-v", TOOLS + ":/tools:ro"));
        StringBuilder script = new StringBuilder("set -e; ");
        List<String> kinds = List.of("-F 12 -s 32", "-F 16", "-F 32 -s 1");
        for (int i = 0; i < kinds.size(); i++) {
            String image = dir + "/fat" + i;
            Umlaut.Result made = host("truncate -s 48M " + image + " && mkfs.vfat " + kinds.get(i) + " " + image);
            assertThat(made.status()).as(made.err()).isZero();
            arguments.addAll(List.of("--disk", image));
            String mount = "mount -t vfat /dev/ubd" + (char) ('a' + i) + " /mnt; ";
            script.append(mount + "python3 /tools/work.py /mnt " + i + " plain; umount /mnt; ")
                    .append(mount + "python3 /tools/work.py /mnt check; echo x >/mnt/New.txt; cat /mnt/NEW.TXT; ")
                    .append("cp /bin/echo /mnt/program; /mnt/program runs; umount /mnt; ");
        }
        arguments.addAll(List.of("--", "sh", "-c", script.toString()));
        Umlaut.Result result = Umlaut.run(arguments.toArray(String[]::new));
        assertThat(result.out()).as(result.err()).isEqualTo("ok\nok\nx\nruns\n".repeat(kinds.size()));
        for (int i = 0; i < kinds.size(); i++) {
            Umlaut.Result check = host("fsck.vfat -n " + dir + "/fat" + i);
            assertThat(check.status()).as(check.out()).isZero();
        }
    }

    @Test
    void iso9660OfXorriso() throws IOException {
        need("xorriso");
        compare("iso9660", "xorriso -as mkisofs -R -o %s %s", "");
    }
}
