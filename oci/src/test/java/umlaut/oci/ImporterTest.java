package umlaut.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Images from archives of all kinds, looked at with e2fsprogs. */
class ImporterTest {
    @TempDir
    Path dir;

    private StoreFixture f;

    @BeforeEach
    void store() {
        f = new StoreFixture(dir);
    }

    private static Tar system() {
        return new Tar()
                .directory("./")
                .directory("./bin/")
                .file("./bin/sh", 04755, "#!")
                .link("./bin/bash", '1', "./bin/sh")
                .link("./sbin", '2', "bin")
                .device("./null", '3', 1, 3)
                .file("sbin/init", 0755, "i");
    }

    @Test
    void anArchive() throws Exception {
        f.importTar(system().bytes(), "sys");
        f.requireClean("sys");
        assertThat(f.look("sys", "stat /bin/sh"))
                .contains("Mode:  04755", "User:  1000   Group:   100", "Links: 2", "mtime: 0x6553f100:00000000");
        assertThat(f.look("sys", "ls /bin")).contains("init", "bash");
        assertThat(f.store.list()).extracting(ImageStore.Image::name).containsExactly("sys");
        assertThat(f.store.get("sys").config().digest()).startsWith("sha256:");
        assertThatThrownBy(() -> f.importTar(system().bytes(), "sys")).hasMessageContaining("already");
        f.store.remove("sys");
        assertThat(f.leftovers()).isEmpty();
    }

    @Test
    void aTreeOfTheHost() throws Exception {
        Path top =
                Files.createDirectories(dir.resolve("tree/usr/bin")).getParent().getParent();
        Path program = Files.writeString(top.resolve("usr/bin/program"), "p".repeat(10000));
        Files.setPosixFilePermissions(program, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-x--x"));
        Files.createLink(top.resolve("usr/twin"), program);
        Files.createSymbolicLink(top.resolve("bin"), Path.of("usr/bin"));
        Files.writeString(top.resolve("na\u00efve"), "n");
        Files.setLastModifiedTime(top.resolve("usr"), java.nio.file.attribute.FileTime.fromMillis(1_700_000_000_000L));
        assertThat(f.importer.run(top, null)).isEqualTo("tree");
        f.requireClean("tree");
        assertThat(f.look("tree", "stat /usr/bin/program")).contains("Mode:  0751", "Links: 2", "Size: 10000");
        assertThat(f.look("tree", "stat /usr")).contains("mtime: 0x6553f100:00000000");
        assertThat(f.look("tree", "stat /bin")).contains("Fast link dest: \"usr/bin\"");
        assertThat(f.look("tree", "cat /na\u00efve")).endsWith("n");
        assertThatThrownBy(() -> f.importer.run(Path.of("/"), "all")).hasMessageContaining("host itself");
    }

    private interface Packer {
        OutputStream open(ByteArrayOutputStream out) throws IOException;
    }

    private static byte[] pack(byte[] plain, Packer packer) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream packed = packer.open(out)) {
            packed.write(plain);
        }
        return out.toByteArray();
    }

    @Test
    void compressedOnes() throws Exception {
        byte[] plain = system().bytes();
        Map<String, byte[]> archives = Map.of(
                "a.tar.gz",
                pack(plain, GZIPOutputStream::new),
                "b.tar.xz",
                pack(plain, out -> new XZOutputStream(out, new LZMA2Options())),
                "c.tar.bz2",
                pack(plain, BZip2CompressorOutputStream::new),
                "d.tar.zst",
                pack(plain, ZstdOutputStream::new));
        for (Map.Entry<String, byte[]> archive : archives.entrySet()) {
            Path file = Files.write(dir.resolve(archive.getKey()), archive.getValue());
            String name = f.importer.run(file, null);
            assertThat(name).isEqualTo(archive.getKey().substring(0, 1));
            f.requireClean(name);
        }
        Files.write(dir.resolve("cut.tar.gz"), Arrays.copyOf(archives.get("a.tar.gz"), 100));
        assertThatThrownBy(() -> f.importer.run(dir.resolve("cut.tar.gz"), null))
                .hasMessageContaining("cut.tar.gz': ")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void longNamesAndAttributes() throws Exception {
        String name = "d/" + "n".repeat(200);
        Tar tar = new Tar()
                .pax(Map.of(
                        "path",
                        name.getBytes(StandardCharsets.UTF_8),
                        "mtime",
                        "1700000000.5".getBytes(StandardCharsets.UTF_8),
                        "SCHILY.xattr.user.bytes",
                        new byte[] {(byte) 0xff, 0, '\n', 1}))
                .file("short", 0600, "x")
                .entry(
                        "././@LongLink",
                        'L',
                        0644,
                        "",
                        ("e/" + "m".repeat(150) + "\0").getBytes(StandardCharsets.UTF_8),
                        0,
                        0)
                .file("short", 0600, "y");
        f.importTar(tar.bytes(), "long");
        f.requireClean("long");
        assertThat(f.look("long", "stat /" + name))
                .contains("mtime: 0x6553f100:77359400", "user.bytes (4) = ff 00 0a 01");
        assertThat(f.look("long", "ls /e")).contains("m".repeat(150));
    }

    @Test
    void sparseFiles() throws Exception {
        byte[] map = "2\n0\n4\n1048576\n4\n".getBytes(StandardCharsets.UTF_8);
        byte[] data = new byte[512 + 8];
        System.arraycopy(map, 0, data, 0, map.length);
        System.arraycopy("headtail".getBytes(StandardCharsets.UTF_8), 0, data, 512, 8);
        Tar tar = new Tar()
                .pax(Map.of(
                        "GNU.sparse.major",
                        new byte[] {'1'},
                        "GNU.sparse.minor",
                        new byte[] {'0'},
                        "GNU.sparse.name",
                        "big".getBytes(StandardCharsets.UTF_8),
                        "GNU.sparse.realsize",
                        "30000000".getBytes(StandardCharsets.UTF_8)))
                .file("GNUSparseFile.1/big", data)
                .file("after", 0644, "there");
        f.importTar(tar.bytes(), "sparse");
        f.requireClean("sparse");
        assertThat(f.look("sparse", "stat /big")).contains("Size: 30000000").containsPattern("Blockcount: 16\\b");
        assertThat(f.look("sparse", "cat /after")).endsWith("there");
    }

    // --- layers ---

    private static byte[] utf8(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static String digest(byte[] bytes) throws IOException {
        return new DigestInput(new ByteArrayInputStream(bytes), Long.MAX_VALUE, "", n -> {}).finish();
    }

    private static final byte[] LOWER = new Tar()
            .directory("etc/")
            .file("etc/gone", 0644, "1")
            .file("etc/kept", 0644, "1")
            .directory("opaque/")
            .directory("opaque/sub/")
            .file("opaque/sub/old", 0644, "1")
            .file("opaque/old", 0644, "1")
            .bytes();
    private static final byte[] UPPER = new Tar()
            .file("etc/.wh.gone", 0644, "")
            .directory("opaque/")
            .directory("opaque/sub/")
            .file("opaque/sub/new", 0644, "2")
            .file("opaque/.wh..wh..opq", 0644, "")
            .file("etc/kept", 0600, "22")
            .bytes();

    private byte[] config() throws IOException {
        return utf8(
                "{'architecture':'amd64','os':'linux','config':{'Env':['A=b c'],'Cmd':['/bin/x'],'WorkingDir':'/etc',"
                        + "'User':'1000:100'},'rootfs':{'type':'layers','diff_ids':['" + digest(LOWER) + "','"
                        + digest(UPPER)
                        + "']}}");
    }

    private void requireLayers(String name) throws Exception {
        f.requireClean(name);
        assertThat(f.look(name, "ls /etc"))
                .contains("kept")
                .doesNotContain("gone")
                .doesNotContain(".wh");
        assertThat(f.look(name, "ls /opaque")).contains("sub").doesNotContain("old");
        assertThat(f.look(name, "ls /opaque/sub")).contains("new").doesNotContain("old");
        assertThat(f.look(name, "stat /etc/kept")).contains("Size: 2");
        ImageConfig config = f.store.get(name).config();
        assertThat(config.environment()).containsExactly("A=b c");
        assertThat(config.command()).containsExactly("/bin/x");
        assertThat(config.user()).isEqualTo("1000:100");
    }

    @Test
    void whatDockerSaves() throws Exception {
        byte[] config = config();
        String id = digest(config).substring(7);
        Tar tar = new Tar()
                .directory("1".repeat(64) + "/")
                .file("1".repeat(64) + "/layer.tar", LOWER)
                .file("2".repeat(64) + "/layer.tar", UPPER)
                .file(id + ".json", config)
                .file(
                        "manifest.json",
                        utf8("[{'Config':'" + id + ".json','RepoTags':['lib/foo:1'],'Layers':['" + "1".repeat(64)
                                + "/layer.tar','" + "2".repeat(64) + "/layer.tar']}]"));
        Path file = Files.write(dir.resolve("saved.tar.gz"), pack(tar.bytes(), GZIPOutputStream::new));
        assertThat(f.importer.run(file, null)).isEqualTo("lib/foo:1");
        requireLayers("lib/foo:1");
    }

    /** @param damage an upper layer that is not what the digests say */
    private Path layout(boolean damage) throws IOException {
        byte[] lower = pack(LOWER, GZIPOutputStream::new);
        byte[] upper = pack(UPPER, ZstdOutputStream::new);
        byte[] config = config();
        byte[] manifest = utf8("{'schemaVersion':2,'config':{'digest':'" + digest(config) + "'},'layers':[{'digest':'"
                + digest(lower) + "'},{'digest':'" + digest(upper) + "'}]}");
        Path layout = dir.resolve("layout");
        Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
        Files.write(layout.resolve("oci-layout"), utf8("{'imageLayoutVersion':'1.0.0'}"));
        Files.write(
                layout.resolve("index.json"),
                utf8("{'manifests':[{'digest':'sha256:" + "0".repeat(64)
                        + "','platform':{'architecture':'arm64','os':'linux'}},{'digest':'" + digest(manifest)
                        + "','platform':{'architecture':'amd64','os':'linux'}}]}"));
        for (byte[] blob : List.of(lower, config, manifest)) {
            Files.write(blobs.resolve(digest(blob).substring(7)), blob);
        }
        byte[] stored = damage ? pack(LOWER, ZstdOutputStream::new) : upper;
        Files.write(blobs.resolve(digest(upper).substring(7)), stored);
        return layout;
    }

    @Test
    void aLayout() throws Exception {
        assertThat(f.importer.run(layout(false), null)).isEqualTo("layout");
        requireLayers("layout");
    }

    @Test
    void aDamagedLayerIsRefused() throws Exception {
        assertThatThrownBy(() -> f.importer.run(layout(true), "damaged")).hasMessageContaining("digest says: refused");
        assertThat(f.leftovers()).isEmpty();
    }

    @Test
    void aDisk() throws Exception {
        f.importTar(system().bytes(), "sys");
        Path raw = Files.copy(f.store.get("sys").disk(), dir.resolve("disk.img"));
        assertThat(f.importer.run(raw, null)).isEqualTo("disk");
        f.requireClean("disk");
        assertThat(Files.mismatch(raw, f.store.get("disk").disk())).isEqualTo(-1);
    }

    @Test
    void aQcow2DiskWithABackingFile() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/qemu-img")), "qemu-img is not on this host: package qemu-utils");
        f.importTar(system().bytes(), "sys");
        Path raw = Files.copy(f.store.get("sys").disk(), dir.resolve("raw.img"));
        for (String arguments : List.of(
                "convert -c -O qcow2 raw.img packed.qcow2", "create -q -f qcow2 -F qcow2 -b packed.qcow2 over.qcow2")) {
            List<String> command = new java.util.ArrayList<>(List.of("/usr/bin/qemu-img"));
            command.addAll(List.of(arguments.split(" ")));
            assertThat(new ProcessBuilder(command)
                            .directory(dir.toFile())
                            .start()
                            .waitFor())
                    .isZero();
        }
        assertThat(f.importer.run(dir.resolve("over.qcow2"), "q")).isEqualTo("q");
        assertThat(Files.mismatch(raw, f.store.get("q").disk())).isEqualTo(-1);
    }
}
