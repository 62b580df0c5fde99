package umlaut.oci;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import umlaut.block.ImageException;
import umlaut.machine.image.ImageTree;

/**
 * An image that consists of layers: what docker save writes, an OCI image layout, what a registry has. Every layer is checked: its blob by the manifest's digest, what it unpacks to by that of the
 * configuration, and these by the digests that name them.
 */
final class OciImage {
    private static final String INDEX = "index.json", LAYOUT = "oci-layout", DOCKER = "manifest.json";
    private static final String REF_NAME = "org.opencontainers.image.ref.name",
            CONTAINERD_NAME = "io.containerd.image.name";
    private static final String ARCHITECTURE = "amd64", OS = "linux";
    private static final int MOST_LAYERS = 1000;

    /** @param digest of the blob; empty: only what it unpacks to is known */
    private record Layer(String path, String digest) {}

    private final Blobs blobs;
    private final List<Layer> layers = new ArrayList<>();
    private final Json config;
    private final String digest;
    /** What the archive calls it; empty: nothing. */
    final String name;

    private OciImage(Blobs blobs, Json config, List<Layer> layers, String digest, String name) {
        this.blobs = blobs;
        this.config = config;
        this.layers.addAll(layers);
        this.digest = digest;
        this.name = name;
        if (layers.isEmpty() || layers.size() > MOST_LAYERS) {
            throw new ImageException("an image of " + layers.size() + " layers: refused");
        }
        requireOurs(config.get("architecture").text(), config.get("os").text());
    }

    private static void requireOurs(String architecture, String os) {
        if (!(architecture.isEmpty() || architecture.equals(ARCHITECTURE)) || !(os.isEmpty() || os.equals(OS))) {
            throw new ImageException("the image is for " + os + "/" + architecture + ": only linux/amd64 runs here");
        }
    }

    /** Do files of these names make an image? */
    static boolean looksLike(String first) {
        return first.matches(
                "(\\./)?(blobs(/.*)?|oci-layout|index\\.json|manifest\\.json|repositories|[0-9a-f]{64}(\\.tar|\\.json|/.*)?)");
    }

    /** @throws ImageException for what is no image, or not ours */
    static OciImage open(Blobs blobs) throws IOException {
        if (blobs.has(LAYOUT)) {
            return ofIndex(blobs, Json.parse(blobs.text(INDEX), INDEX), "", 0);
        }
        if (blobs.has(DOCKER)) {
            return ofDocker(blobs);
        }
        throw new ImageException("it has neither " + LAYOUT + " nor " + DOCKER + ": no image");
    }

    static String blobPath(String digest) {
        if (!digest.matches("sha256:[0-9a-f]{64}")) {
            throw new ImageException("digest '" + digest + "' is none of SHA-256");
        }
        return "blobs/sha256/" + digest.substring(DigestInput.SHA256.length());
    }

    /** A blob that is a text, checked. */
    private static byte[] checked(Blobs blobs, String digest) throws IOException {
        byte[] text = blobs.text(blobPath(digest));
        requireDigest(text, digest, digest);
        return text;
    }

    static void requireDigest(byte[] text, String digest, String what) throws IOException {
        String is = new DigestInput(new ByteArrayInputStream(text), Long.MAX_VALUE, "", n -> {}).finish();
        if (!is.equals(digest)) {
            throw new ImageException("'" + what + "' is not what its digest says: refused");
        }
    }

    static OciImage ofIndex(Blobs blobs, Json index, String name, int depth) throws IOException {
        Json chosen = choose(index.get("manifests").list());
        String called = name.isEmpty() ? nameOf(chosen) : name;
        String digest = chosen.get("digest").text();
        Json manifest = Json.parse(checked(blobs, digest), digest);
        if (manifest.get("manifests").isList()) {
            if (depth > 3) {
                throw new ImageException("an index of indexes of indexes: refused");
            }
            return ofIndex(blobs, manifest, called, depth + 1);
        }
        return ofManifest(blobs, manifest, digest, called);
    }

    private static String nameOf(Json descriptor) {
        Json notes = descriptor.get("annotations");
        String full = notes.get(CONTAINERD_NAME).text();
        return full.isEmpty() ? notes.get(REF_NAME).text() : full;
    }

    /** The one for this machine. */
    static Json choose(List<Json> manifests) {
        Json only = null;
        for (Json m : manifests) {
            Json platform = m.get("platform");
            String architecture = platform.get("architecture").text();
            if (architecture.equals(ARCHITECTURE) && platform.get("os").text().equals(OS)) {
                return m;
            }
            if (architecture.isEmpty() && only == null) {
                only = m;
            }
        }
        if (only == null) {
            throw new ImageException("there is no image for linux/amd64 in it");
        }
        return only;
    }

    static OciImage ofManifest(Blobs blobs, Json manifest, String digest, String name) throws IOException {
        String config = manifest.get("config").get("digest").text();
        List<Layer> layers = new ArrayList<>();
        for (Json layer : manifest.get("layers").list()) {
            String of = layer.get("digest").text();
            layers.add(new Layer(blobPath(of), of));
        }
        return new OciImage(blobs, Json.parse(checked(blobs, config), config), layers, digest, name);
    }

    private static OciImage ofDocker(Blobs blobs) throws IOException {
        List<Json> images = Json.parse(blobs.text(DOCKER), DOCKER).list();
        if (images.isEmpty()) {
            throw new ImageException(DOCKER + " names no image");
        }
        Json image = images.getFirst();
        String path = image.get("Config").text();
        byte[] text = blobs.text(path);
        String file = path.substring(path.lastIndexOf('/') + 1);
        String digest = "";
        if (file.matches("[0-9a-f]{64}(\\.json)?")) {
            digest = DigestInput.SHA256 + file.substring(0, 64);
            requireDigest(text, digest, path);
        }
        List<Layer> layers = image.get("Layers").strings().stream()
                .map(p -> new Layer(p, ""))
                .toList();
        List<String> tags = image.get("RepoTags").strings();
        return new OciImage(blobs, Json.parse(text, path), layers, digest, tags.isEmpty() ? "" : tags.getFirst());
    }

    /** Of what layers unpack to. */
    private List<String> unpackedDigests() {
        List<String> ids = config.get("rootfs").get("diff_ids").strings();
        if (ids.size() != layers.size()) {
            throw new ImageException(
                    "the configuration knows " + ids.size() + " layers, the manifest " + layers.size());
        }
        return ids;
    }

    /** Puts all layers into an image. @param most bytes they may unpack to */
    void unpack(ImageTree tree, long most, Progress progress) throws IOException {
        List<String> ids = unpackedDigests();
        long left = most;
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            progress.step("layer " + (i + 1) + " of " + layers.size(), blobs.size(layer.path));
            try (InputStream in = blobs.need(layer.path)) {
                left -= unpack(tree, layer, in, ids.get(i), left, progress);
            }
        }
    }

    private static long unpack(
            ImageTree tree, Layer layer, InputStream in, String unpacked, long most, Progress progress)
            throws IOException {
        DigestInput blob = new DigestInput(in, Long.MAX_VALUE, "", progress::at);
        DigestInput plain = new DigestInput(Unpacked.open(blob), most, Importer.TOO_LARGE, n -> {});
        new LayerUnpacker(tree, true, most).unpack(plain);
        if (!plain.finish().equals(unpacked)) {
            throw new ImageException("layer '" + layer.path + "' does not unpack to what its digest says: refused");
        }
        if (!layer.digest.isEmpty() && !blob.finish().equals(layer.digest)) {
            throw new ImageException("layer '" + layer.path + "' is not what its digest says: refused");
        }
        return plain.count();
    }

    /** @param source for people */
    ImageConfig config(String source, String created) {
        Json run = config.get("config");
        return new ImageConfig(
                run.get("Env").strings(),
                strings(run.get("Entrypoint")),
                strings(run.get("Cmd")),
                run.get("WorkingDir").text(),
                run.get("User").text(),
                source,
                digest,
                created);
    }

    /** Old ones have a string for a list of one. */
    private static List<String> strings(Json value) {
        return value.text().isEmpty() ? value.strings() : List.of(value.text());
    }
}
