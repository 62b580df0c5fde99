package umlaut.oci;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * How an image wants to be run, as docker has it (OCI image configuration), and where it comes from. Kept as a text of properties, which a guest's start reads quickest.
 *
 * @param environment NAME=VALUE
 * @param workDir empty: the root
 * @param user empty: root
 * @param source what it was made from, for people
 * @param digest of the manifest or of the archive, "sha256:..."; may be empty
 * @param created ISO 8601
 */
public record ImageConfig(
        List<String> environment,
        List<String> entrypoint,
        List<String> command,
        String workDir,
        String user,
        String source,
        String digest,
        String created) {
    public ImageConfig {
        environment = List.copyOf(environment);
        entrypoint = List.copyOf(entrypoint);
        command = List.copyOf(command);
    }

    /** Of an image that says nothing. */
    static ImageConfig plain(String source, String digest, String created) {
        return new ImageConfig(List.of(), List.of(), List.of(), "", "", source, digest, created);
    }

    static ImageConfig read(Path file) throws IOException {
        Properties p = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            p.load(in);
        }
        return new ImageConfig(
                list(p, "env"),
                list(p, "entrypoint"),
                list(p, "cmd"),
                p.getProperty("workdir", ""),
                p.getProperty("user", ""),
                p.getProperty("source", ""),
                p.getProperty("digest", ""),
                p.getProperty("created", ""));
    }

    private static List<String> list(Properties p, String name) {
        List<String> all = new ArrayList<>();
        String value;
        while ((value = p.getProperty(name + "." + all.size())) != null) {
            all.add(value);
        }
        return all;
    }

    void write(Path file) throws IOException {
        Properties p = new Properties();
        put(p, "env", environment);
        put(p, "entrypoint", entrypoint);
        put(p, "cmd", command);
        p.setProperty("workdir", workDir);
        p.setProperty("user", user);
        p.setProperty("source", source);
        p.setProperty("digest", digest);
        p.setProperty("created", created);
        try (Writer out = Files.newBufferedWriter(file)) {
            p.store(out, null);
        }
    }

    private static void put(Properties p, String name, List<String> values) {
        for (int i = 0; i < values.size(); i++) {
            p.setProperty(name + "." + i, values.get(i));
        }
    }
}
