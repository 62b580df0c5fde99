package umlaut.oci;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import umlaut.block.BlockBackend;
import umlaut.block.ImageException;
import umlaut.block.Images;
import umlaut.machine.image.FileAttributes;
import umlaut.machine.image.ImageTree;

/**
 * {@code umlaut image import}: makes an image from a tar archive of a whole system, compressed or not, from what docker save writes, from an OCI layout (a directory or a tar archive), from a tree of files, or from a disk (raw
 * or qcow2). What it is, its first bytes tell.
 */
public final class Importer {
    static final String TOO_LARGE = "unpacked it is larger than the image's disk: --size makes that larger";
    /** A guest sees a disk of this size; what is not used takes no room. */
    public static final long DEFAULT_SIZE = 16L << 30;

    /** Enough to tell what a file is. */
    private static final int START = 2048;

    private static final int EXT_MAGIC_AT = 1024 + 56;

    private final ImageStore store;
    private final long size;
    private final Progress progress;
    private final Instant now = Instant.now();

    private @Nullable ImageConfig like;

    /** @param size of the image's disk, bytes, where the source has none of its own */
    public Importer(ImageStore store, long size, Progress progress) {
        this.store = store;
        this.size = size;
        this.progress = progress;
    }

    /**
     * Makes an image.
     *
     * @param name null: what the source is called
     * @return its name
     * @throws ImageException with one line for people
     */
    public String run(Path source, @Nullable String name) {
        if (name != null) {
            store.requireFree(name);
        }
        try (ImageStore.Draft draft = store.draft()) {
            return Files.isDirectory(source) ? directory(draft, source, name) : file(draft, source, name);
        } catch (IOException e) {
            throw new ImageException("cannot import '" + source + "': " + Failure.reason(e));
        } catch (ImageException e) {
            throw new ImageException("cannot import '" + source + "': " + e.line);
        } finally {
            progress.done();
        }
    }

    /** Images made from now on are to be run as another; as docker commit has it. */
    public void like(ImageConfig other) {
        like = other;
    }

    private ImageConfig config(String source, String digest) {
        ImageConfig other = like;
        return other == null
                ? ImageConfig.plain(source, digest, created())
                : new ImageConfig(
                        other.environment(),
                        other.entrypoint(),
                        other.command(),
                        other.workDir(),
                        other.user(),
                        source,
                        digest,
                        created());
    }

    /** Makes an image from a tar archive that comes as a stream. */
    public String run(InputStream archive, String what, String name) {
        store.requireFree(name);
        try (ImageStore.Draft draft = store.draft()) {
            return stream(draft, archive, what, name);
        } catch (IOException e) {
            throw new ImageException("cannot import " + what + ": " + Failure.reason(e));
        } catch (ImageException e) {
            throw new ImageException("cannot import " + what + ": " + e.line);
        } finally {
            progress.done();
        }
    }

    private String directory(ImageStore.Draft draft, Path source, @Nullable String name) throws IOException {
        if (!Files.exists(source.resolve("oci-layout"))) {
            return tree(draft, source, name);
        }
        try (Blobs blobs = Blobs.of(source)) {
            return layers(draft, OciImage.open(blobs), source.toString(), name);
        }
    }

    /** A system's tree as it lies on the host. */
    private String tree(ImageStore.Draft draft, Path source, @Nullable String name) throws IOException {
        Path top = source.toRealPath();
        if (Files.isSameFile(top, Path.of("/"))) {
            throw new ImageException("that is this host itself, with what its programs do just now");
        }
        String chosen = name != null ? name : nameFrom(top.toString());
        store.requireFree(chosen);
        progress.step("reading " + top.getFileName(), 0);
        try (ImageTree tree = newTree(draft)) {
            HostTree.copy(top, tree, size, progress);
            tree.finish();
        }
        draft.commit(chosen, ImageConfig.plain(source.toString(), "", created()));
        return chosen;
    }

    private String file(ImageStore.Draft draft, Path source, @Nullable String name) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(source)) {
            start = in.readNBytes(START);
        }
        if (isDisk(start)) {
            return disk(draft, source, name);
        }
        try (InputStream in = Files.newInputStream(source)) {
            progress.step("reading " + source.getFileName(), Files.size(source));
            return stream(draft, in, source.toString(), name);
        }
    }

    private static boolean isDisk(byte[] start) {
        String ascii = new String(start, StandardCharsets.ISO_8859_1);
        boolean ext = start.length >= EXT_MAGIC_AT + 2
                && start[EXT_MAGIC_AT] == 0x53
                && (start[EXT_MAGIC_AT + 1] & 0xff) == 0xef;
        return ascii.startsWith("OOOM")
                || ascii.startsWith("QFI\u00fb")
                || ext
                || ascii.startsWith("EFI PART", 512)
                || start.length > 512 && ascii.startsWith("U\u00aa", 510);
    }

    // --- archives ---

    private String stream(ImageStore.Draft draft, InputStream in, String source, @Nullable String name)
            throws IOException {
        DigestInput whole = new DigestInput(in, Long.MAX_VALUE, "", progress::at);
        PushbackInputStream plain = new PushbackInputStream(Unpacked.open(whole), START);
        byte[] start = plain.readNBytes(START);
        plain.unread(start);
        if (start.length < 512) {
            throw new ImageException("too short for an archive or a disk");
        }
        if (OciImage.looksLike(firstName(start))) {
            Path archive = draft.directory.resolve("archive");
            Files.copy(new DigestInput(plain, size, TOO_LARGE, n -> {}), archive);
            try (Blobs blobs = Blobs.ofTar(archive)) {
                return layers(draft, OciImage.open(blobs), source, name);
            }
        }
        String chosen = name != null ? name : nameFrom(source);
        store.requireFree(chosen);
        try (ImageTree tree = newTree(draft)) {
            DigestInput limited = new DigestInput(plain, size, TOO_LARGE, n -> {});
            long members = new LayerUnpacker(tree, false, size).unpack(limited);
            if (members == 0) {
                throw new ImageException("an archive of nothing");
            }
            limited.finish();
            tree.finish();
        }
        draft.commit(chosen, config(source, whole.finish()));
        return chosen;
    }

    private static String firstName(byte[] header) {
        int n = 0;
        while (n < 100 && header[n] != 0) {
            n++;
        }
        return new String(header, 0, n, StandardCharsets.ISO_8859_1);
    }

    private ImageTree newTree(ImageStore.Draft draft) {
        long nowNs = now.getEpochSecond() * 1_000_000_000 + now.getNano();
        ImageTree tree = ImageTree.create(draft.disk(), size, "root", nowNs);
        tree.directory("/", FileAttributes.of(0755, nowNs));
        return tree;
    }

    private String created() {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private String layers(ImageStore.Draft draft, OciImage image, String source, @Nullable String name)
            throws IOException {
        String chosen = name != null ? name : image.name.isEmpty() ? nameFrom(source) : image.name;
        store.requireFree(chosen);
        build(draft, image, source, chosen);
        return chosen;
    }

    /** Makes the image of checked layers. */
    void build(ImageStore.Draft draft, OciImage image, String source, String name) throws IOException {
        try (ImageTree tree = newTree(draft)) {
            image.unpack(tree, size, progress);
            tree.finish();
        }
        draft.commit(name, image.config(source, created()));
    }

    /** A file's name without what tells its kind. */
    static String nameFrom(String source) {
        String file = source.substring(source.lastIndexOf('/') + 1);
        String plain = file.replaceFirst("(\\.(tar|tgz|txz|tbz2|tzst|gz|xz|zst|bz2|qcow2|img|raw))+$", "");
        return plain.replaceAll("[^a-zA-Z0-9._-]", "-");
    }

    // --- disks ---

    private String disk(ImageStore.Draft draft, Path source, @Nullable String name) throws IOException {
        String chosen = name != null ? name : nameFrom(source.toString());
        store.requireFree(chosen);
        try (BlockBackend from = Images.open(source.toAbsolutePath().toString(), true, null)) {
            progress.step("copying " + source.getFileName(), from.size());
            try (BlockBackend to = Images.create(draft.disk().toString(), from.size())) {
                DiskCopy.all(from, to, progress);
            }
        }
        draft.commit(chosen, config(source.toString(), ""));
        return chosen;
    }
}
