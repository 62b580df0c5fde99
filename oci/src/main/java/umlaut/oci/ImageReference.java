package umlaut.oci;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import umlaut.block.ImageException;

/**
 * Names an image of a registry: HOST[:PORT]/PATH[:TAG][@DIGEST] (OCI distribution specification, Pull).
 *
 * @param tag empty when there is a digest alone
 * @param digest empty, or "sha256:..."
 */
record ImageReference(String registry, String path, String tag, String digest) {
    private static final Pattern FORM =
            Pattern.compile("([a-zA-Z0-9.-]+(?::[0-9]{1,5})?|\\[[0-9a-f:]+](?::[0-9]{1,5})?)/"
                    + "([a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*)"
                    + "(?::([a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?");

    /** @param registry for a reference that names none; empty: it must. @throws ImageException */
    static ImageReference parse(String text, String registry) {
        String first = text.substring(0, Math.max(0, text.indexOf('/')));
        boolean named = first.contains(".") || first.contains(":") || first.equals("localhost");
        if (!named && registry.isEmpty()) {
            throw new ImageException("'" + text + "' names no registry: write HOST/NAME[:TAG], or set UMLAUT_REGISTRY");
        }
        Matcher m = FORM.matcher(named ? text : registry + "/" + text);
        if (!m.matches()) {
            throw new ImageException(
                    "'" + text + "' is no image's reference: write HOST[:PORT]/NAME[:TAG][@sha256:DIGEST]");
        }
        String digest = m.group(4) == null ? "" : m.group(4);
        String tag = m.group(3) != null ? m.group(3) : digest.isEmpty() ? "latest" : "";
        return new ImageReference(m.group(1), m.group(2), tag, digest);
    }

    /** What the manifest is asked for by. */
    String wanted() {
        return digest.isEmpty() ? tag : digest;
    }

    /** What the image is called here. */
    String name() {
        return path + ":" + (tag.isEmpty() ? digest.substring(DigestInput.SHA256.length(), 19) : tag);
    }

    /** Such registries are asked without encryption, as others do. */
    boolean isLoopback() {
        String host = registry.replaceFirst(":[0-9]+$", "");
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127\\.[0-9.]+");
    }

    @Override
    public String toString() {
        return registry + "/" + path + (tag.isEmpty() ? "" : ":" + tag) + (digest.isEmpty() ? "" : "@" + digest);
    }
}
