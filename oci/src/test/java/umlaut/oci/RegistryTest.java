package umlaut.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulling from a registry that this test is: what it has, its tokens, its lies. */
class RegistryTest {
    @TempDir
    Path dir;

    private final Map<String, byte[]> files = new HashMap<>();
    private StoreFixture f;
    private HttpServer server;
    private String host;
    private boolean wantsToken;
    private String manifestDigest;

    @BeforeEach
    void serve() throws IOException {
        f = new StoreFixture(dir);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        host = "127.0.0.1:" + server.getAddress().getPort();
        publish();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] body = files.get(path);
        int status = body == null ? 404 : 200;
        if (path.equals("/token")) {
            assertThat(exchange.getRequestURI().getQuery()).isEqualTo("service=here&scope=repository:lib/foo:pull");
            body = "{\"token\":\"secret\"}".getBytes(StandardCharsets.UTF_8);
            status = 200;
        } else if (wantsToken
                && !"Bearer secret".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            exchange.getResponseHeaders()
                    .set(
                            "WWW-Authenticate",
                            "Bearer realm=\"http://" + host
                                    + "/token\",service=\"here\",scope=\"repository:lib/foo:pull\"");
            status = 401;
        }
        byte[] sent = body == null ? new byte[0] : body;
        exchange.sendResponseHeaders(status, sent.length == 0 ? -1 : sent.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(sent);
        }
    }

    private static byte[] utf8(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static String digest(byte[] bytes) throws IOException {
        return new DigestInput(new ByteArrayInputStream(bytes), Long.MAX_VALUE, "", n -> {}).finish();
    }

    private void publish() throws IOException {
        byte[] tar = new Tar().file("hello", 0644, "world").bytes();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(tar);
        }
        byte[] layer = packed.toByteArray();
        byte[] config = utf8("{'architecture':'amd64','os':'linux','config':{'Cmd':['/x']},'rootfs':{'diff_ids':['"
                + digest(tar) + "']}}");
        byte[] manifest = utf8("{'config':{'digest':'" + digest(config) + "'},'layers':[{'digest':'" + digest(layer)
                + "','size':" + layer.length + "}]}");
        manifestDigest = digest(manifest);
        byte[] index = utf8(
                "{'manifests':[{'digest':'" + manifestDigest + "','platform':{'architecture':'amd64','os':'linux'}}]}");
        String base = "/v2/lib/foo/";
        files.put(base + "manifests/latest", index);
        files.put(base + "manifests/plain", manifest);
        files.put(base + "manifests/" + manifestDigest, manifest);
        files.put(base + "blobs/" + digest(config), config);
        files.put(base + "blobs/" + digest(layer), layer);
    }

    private String pull(String reference) {
        return new Puller(f.store, f.importer).run(reference, "", null);
    }

    @Test
    void tagsIndexesAndDigests() throws Exception {
        assertThat(pull(host + "/lib/foo")).isEqualTo("lib/foo:latest");
        assertThat(pull(host + "/lib/foo:plain")).isEqualTo("lib/foo:plain");
        assertThat(pull(host + "/lib/foo@" + manifestDigest)).startsWith("lib/foo:");
        assertThat(f.look("lib/foo:latest", "cat /hello")).endsWith("world");
        ImageConfig config = f.store.get("lib/foo").config();
        assertThat(config.digest()).isEqualTo(manifestDigest);
        assertThat(config.command()).containsExactly("/x");
    }

    @Test
    void aTokenForEverybody() throws Exception {
        wantsToken = true;
        pull(host + "/lib/foo");
        f.requireClean("lib/foo");
    }

    @Test
    void liesAreRefused() throws IOException {
        String base = "/v2/lib/foo/";
        files.replaceAll((path, body) ->
                path.startsWith(base + "blobs/") && body[0] != '{' ? files.get(base + "manifests/plain") : body);
        assertThatThrownBy(() -> pull(host + "/lib/foo")).hasMessageContaining("foo:latest': ");
        assertThat(f.leftovers()).isEmpty();
        files.put(base + "manifests/" + manifestDigest, utf8("{}"));
        assertThatThrownBy(() -> pull(host + "/lib/foo")).hasMessageContaining("digest says: refused");
        assertThatThrownBy(() -> pull(host + "/lib/foo@" + manifestDigest))
                .hasMessageContaining("digest says: refused");
        assertThatThrownBy(() -> pull(host + "/lib/bar")).hasMessageContaining("has no such image");
        assertThat(f.leftovers()).isEmpty();
    }

    @Test
    void references() {
        assertThatThrownBy(() -> pull("debian")).hasMessageContaining("names no registry");
        assertThatThrownBy(() -> pull("a.example/B")).hasMessageContaining("is no image's reference");
        assertThat(ImageReference.parse("foo:1", "r.example").toString()).isEqualTo("r.example/foo:1");
        assertThat(ImageReference.parse("localhost/a/b", "").isLoopback()).isTrue();
        assertThat(ImageReference.parse("r.example:5000/a", "").isLoopback()).isFalse();
        assertThat(ImageReference.parse("r.example:5000/a", "").name()).isEqualTo("a:latest");
    }
}
