package umlaut.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A store in a directory of its own, and e2fsprogs to look into images. */
final class StoreFixture {
    static final long SIZE = 64L << 20;

    final Path root;
    final ImageStore store;
    final Importer importer;

    StoreFixture(Path directory) {
        root = directory.resolve("store");
        store = new ImageStore(root);
        importer = new Importer(store, SIZE, Progress.none());
    }

    void importTar(byte[] archive, String name) {
        importer.run(new ByteArrayInputStream(archive), "archive", name);
    }

    /** What is left in the store, but the lock and the directories that are always there. */
    List<String> leftovers() throws IOException {
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(p -> !p.equals(root))
                    .map(p -> root.relativize(p).toString())
                    .filter(p -> !List.of("lock", "tmp", "images").contains(p))
                    .toList();
        }
    }

    private String run(String tool, List<String> arguments) throws Exception {
        Path program = Path.of("/usr/sbin/" + tool);
        assumeTrue(Files.isExecutable(program), tool + " is not on this host: package e2fsprogs");
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }

    void requireClean(String image) throws Exception {
        run("e2fsck", List.of("-fn", store.get(image).disk().toString()));
    }

    /** What debugfs says. */
    String look(String image, String command) throws Exception {
        return run("debugfs", List.of("-R", command, store.get(image).disk().toString()));
    }
}
