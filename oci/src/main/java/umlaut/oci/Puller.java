package umlaut.oci;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import umlaut.block.ImageException;

/** {@code umlaut image pull}: makes an image of one that a registry has. Layers are unpacked as they come, and checked. */
public final class Puller {
    private final ImageStore store;
    private final Importer importer;

    public Puller(ImageStore store, Importer importer) {
        this.store = store;
        this.importer = importer;
    }

    /**
     * Gets an image.
     *
     * @param registry asked where the reference names none; may be empty
     * @param name null: that of the reference, without the registry
     * @return its name here
     */
    public String run(String text, String registry, @Nullable String name) {
        ImageReference reference = ImageReference.parse(text, registry);
        String chosen = name != null ? name : reference.name();
        store.requireFree(chosen);
        try (ImageStore.Draft draft = store.draft();
                RegistryBlobs blobs = new RegistryBlobs(reference)) {
            StringBuilder digest = new StringBuilder();
            Json manifest = Json.parse(blobs.manifest(digest), "the manifest");
            blobs.note(manifest);
            OciImage image = manifest.get("manifests").isList()
                    ? OciImage.ofIndex(blobs, manifest, reference.toString(), 0)
                    : OciImage.ofManifest(blobs, manifest, digest.toString(), reference.toString());
            importer.build(draft, image, reference.toString(), chosen);
            return chosen;
        } catch (IOException e) {
            throw new ImageException("cannot pull '" + reference + "': " + Failure.reason(e));
        } catch (ImageException e) {
            throw new ImageException("cannot pull '" + reference + "': " + e.line);
        }
    }
}
