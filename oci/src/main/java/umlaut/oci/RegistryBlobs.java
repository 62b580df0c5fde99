package umlaut.oci;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import umlaut.block.ImageException;

/** The manifests and blobs of one image in a registry (OCI distribution specification), asked for without an account: with a token where the registry gives one to everybody. */
final class RegistryBlobs implements Blobs {
    private static final String ACCEPT = String.join(
            ", ",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.docker.distribution.manifest.list.v2+json");
    private static final Pattern PARAMETER = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");
    private static final int OK = 200, UNAUTHORIZED = 401, NOT_FOUND = 404;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ImageReference reference;
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    private final String base;
    /** Digests that are manifests', which are asked for otherwise. */
    private final Set<String> manifests = new HashSet<>();

    private final Map<String, Long> sizes = new HashMap<>();
    private @Nullable String token;

    RegistryBlobs(ImageReference reference) {
        this.reference = reference;
        base = (reference.isLoopback() ? "http://" : "https://") + reference.registry() + "/v2/" + reference.path()
                + "/";
    }

    /** The image's manifest or index, whose digest is checked if the reference has one. @param digest gets it */
    byte[] manifest(StringBuilder digest) throws IOException {
        try (InputStream in = get("manifests/" + reference.wanted())) {
            byte[] text = in.readNBytes(MOST_TEXT + 1);
            if (text.length > MOST_TEXT) {
                throw new ImageException("the manifest is too long to be one: refused");
            }
            if (!reference.digest().isEmpty()) {
                OciImage.requireDigest(text, reference.digest(), reference.toString());
            }
            digest.append(new DigestInput(new ByteArrayInputStream(text), MOST_TEXT, "", n -> {}).finish());
            return text;
        }
    }

    /** What a manifest or index names: which are manifests, and how large blobs are. */
    void note(Json manifest) {
        for (Json m : manifest.get("manifests").list()) {
            manifests.add(m.get("digest").text());
        }
        for (Json layer : manifest.get("layers").list()) {
            String size = layer.get("size").text();
            sizes.put(
                    OciImage.blobPath(layer.get("digest").text()),
                    size.matches("[0-9]{1,15}") ? Long.parseLong(size) : 0);
        }
    }

    @Override
    public @Nullable InputStream open(String name) throws IOException {
        String digest = DigestInput.SHA256 + name.substring(name.lastIndexOf('/') + 1);
        return get((manifests.contains(digest) ? "manifests/" : "blobs/") + digest);
    }

    @Override
    public long size(String name) {
        return sizes.getOrDefault(name, 0L);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    // --- HTTP ---

    private InputStream get(String what) throws IOException {
        HttpResponse<InputStream> response = send(what);
        if (response.statusCode() == UNAUTHORIZED && token == null) {
            response.body().close();
            token = askForToken(
                    response.headers().firstValue("WWW-Authenticate").orElse(""));
            response = send(what);
        }
        int status = response.statusCode();
        if (status != OK) {
            response.body().close();
            throw new ImageException(
                    switch (status) {
                        case NOT_FOUND -> "the registry has no such image (" + what + ")";
                        case UNAUTHORIZED -> "the registry wants an account, or has no such image";
                        default -> "the registry answers with status " + status;
                    });
        }
        return response.body();
    }

    private HttpResponse<InputStream> send(String what) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + what))
                .timeout(PATIENCE)
                .header("Accept", ACCEPT);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return exchange(request.build());
    }

    private HttpResponse<InputStream> exchange(HttpRequest request) throws IOException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted");
        } catch (ConnectException e) {
            throw new IOException("cannot connect to " + request.uri().getAuthority());
        }
    }

    /** @param challenge Bearer realm="...",service="...",scope="..." */
    private String askForToken(String challenge) throws IOException {
        Map<String, String> parameters = new HashMap<>();
        Matcher m = PARAMETER.matcher(challenge);
        while (m.find()) {
            parameters.put(m.group(1), m.group(2));
        }
        String realm = parameters.getOrDefault("realm", "");
        boolean secret = realm.startsWith("https://") || reference.isLoopback() && realm.startsWith("http://");
        if (!challenge.startsWith("Bearer") || !secret) {
            throw new ImageException("the registry wants an account");
        }
        StringBuilder query = new StringBuilder();
        for (String name : new String[] {"service", "scope"}) {
            String value = parameters.get(name);
            if (value != null) {
                query.append(query.isEmpty() ? "?" : "&")
                        .append(name)
                        .append('=')
                        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        }
        HttpResponse<InputStream> response = exchange(HttpRequest.newBuilder(URI.create(realm + query))
                .timeout(PATIENCE)
                .build());
        try (InputStream in = response.body()) {
            Json answer = Json.parse(in.readNBytes(MOST_TEXT), "the registry's token");
            String given = answer.get("token").text();
            return given.isEmpty() ? answer.get("access_token").text() : given;
        }
    }
}
