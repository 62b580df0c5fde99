package umlaut.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import umlaut.block.ImageException;

/** Archives that mean harm: each is refused with one line, and nothing is left of it. */
class HostileArchiveTest {
    @TempDir
    Path dir;

    private StoreFixture f;

    @BeforeEach
    void store() {
        f = new StoreFixture(dir);
    }

    private void refused(byte[] archive, String why) throws IOException {
        assertThatThrownBy(() -> f.importTar(archive, "bad"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(why)
                .message()
                .doesNotContain("\n");
        assertThat(f.leftovers()).isEmpty();
    }

    private static byte[] utf8(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void pathsThatLeadOut() throws IOException {
        refused(new Tar().file("../x", 0644, "").bytes(), "'../x' leads out of the image: refused");
        refused(new Tar().file("a/../../x", 0644, "").bytes(), "leads out");
        refused(new Tar().link("l", '1', "../../etc/passwd").bytes(), "leads out");
        refused(
                new Tar()
                        .pax(Map.of("path", utf8("a/../../x")))
                        .file("x", 0644, "")
                        .bytes(),
                "leads out");
        refused(new Tar().link("l", '1', "nothing").bytes(), "is not there");
    }

    /** Links lead to somewhere in the image, whatever they say. */
    @Test
    void linksStayInside() throws Exception {
        Path outside = Files.createDirectory(dir.resolve("outside"));
        f.importTar(
                new Tar()
                        .link("out", '2', outside.toString())
                        .file("out/file", 0644, "x")
                        .link("up", '2', "../../../..")
                        .file("up/top", 0644, "x")
                        .bytes(),
                "links");
        assertThat(outside).isEmptyDirectory();
        assertThat(f.look("links", "ls " + outside)).contains("file");
        assertThat(f.look("links", "ls /")).contains("top");
    }

    @Test
    void bombs() throws IOException {
        ByteArrayOutputStream zeros = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zeros)) {
            out.write(new Tar().header("bomb", '0', 0644, "", 200L << 20, 0, 0).bytes(), 0, 512);
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < 200; i++) {
                out.write(piece);
            }
        }
        refused(zeros.toByteArray(), "larger than the image's disk");
        refused(new Tar().header("x", 'x', 0644, "", 1L << 31, 0, 0).bytes(), "a header of");
        refused(
                new Tar()
                        .pax(Map.of(
                                "GNU.sparse.major", utf8("1"),
                                "GNU.sparse.name", utf8("s"),
                                "GNU.sparse.realsize", utf8("99999999999999999")))
                        .file("s", Arrays.copyOf(utf8("0\n"), 512))
                        .bytes(),
                "larger than the image's disk");
    }

    @Test
    void devicesAndKinds() throws IOException {
        refused(new Tar().device("d", '4', 4096, 0).bytes(), "device number");
        refused(new Tar().entry("v", 'V', 0644, "", new byte[0], 0, 0).bytes(), "of a kind that no file is");
    }

    @Test
    void damage() throws IOException {
        byte[] good = new Tar().file("a", 0644, "contents").bytes();
        byte[] flipped = good.clone();
        flipped[10] ^= 1;
        refused(flipped, "checksum is wrong");
        refused(Arrays.copyOf(good, 600), "cut short");
        byte[] noise = new byte[4096];
        new Random(3).nextBytes(noise);
        refused(noise, "no tar archive");
        refused(new byte[0], "too short");
        refused(new byte[4096], "an archive of nothing");
        refused(
                new Tar()
                        .entry("p", 'x', 0644, "", utf8("99 a=b\n"), 0, 0)
                        .file("x", 0644, "")
                        .bytes(),
                "damaged pax");
    }

    @Test
    void imagesThatLie() throws IOException {
        refused(new Tar().file("manifest.json", utf8("[]")).bytes(), "names no image");
        refused(new Tar().file("manifest.json", utf8("{{{")).bytes(), "is no JSON");
        refused(
                new Tar()
                        .file("manifest.json", utf8("[{'Config':'../../x','Layers':['l']}]"))
                        .bytes(),
                "leads out of the archive");
        refused(new Tar().link("manifest.json", '2', "/etc/passwd").bytes(), "leads out of the archive");
        refused(
                new Tar()
                        .file("manifest.json", utf8("[{'Config':'c','Layers':['l']}]"))
                        .file("c", utf8("{'architecture':'arm64','os':'linux'}"))
                        .bytes(),
                "only linux/amd64");
        String zero = "0".repeat(64);
        refused(
                new Tar()
                        .file("manifest.json", utf8("[{'Config':'" + zero + ".json','Layers':['l']}]"))
                        .file(zero + ".json", utf8("{}"))
                        .bytes(),
                "is not what its digest says");
    }

    @Test
    void names() {
        for (String name : new String[] {"host", "../x", "a//b", "", "-x", "a b", "a/"}) {
            assertThatThrownBy(() -> f.importer.run(new ByteArrayInputStream(new byte[0]), "x", name))
                    .hasMessageContaining("cannot be an image's name");
        }
        assertThatThrownBy(() -> f.store.get("none")).hasMessageContaining("no image 'none'");
    }
}
