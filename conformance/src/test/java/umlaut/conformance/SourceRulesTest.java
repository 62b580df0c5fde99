package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for source files that no tool of the build checks. */
class SourceRulesTest {
    private static final int LONGEST_FILE = 800;

    private static List<Path> sources() throws IOException {
        List<Path> found = new ArrayList<>();
        for (String module : List.of(
                "abi", "host", "engine", "kernel", "block", "fs", "net", "machine", "cli", "conformance", "bench")) {
            try (Stream<Path> files = Files.walk(Umlaut.ROOT.resolve(module).resolve("src"))) {
                files.filter(f -> f.toString().endsWith(".java")).forEach(found::add);
            }
        }
        return found;
    }

    @Test
    void noFileIsOver800Lines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : sources()) {
            try (Stream<String> lines = Files.lines(file)) {
                long count = lines.count();
                if (count > LONGEST_FILE) {
                    tooLong.add(file + ": " + count);
                }
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void nothingIsLeftForLater() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : sources()) {
            if (file.endsWith("SourceRulesTest.java")) {
                continue;
            }
            String text = Files.readString(file);
            for (String word : List.of("TODO", "FIXME", "XXX ", "HACK")) {
                if (text.contains(word)) {
                    found.add(file + ": " + word);
                }
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path file : sources()) {
            Path info = file.resolveSibling("package-info.java");
            boolean main = file.toString().contains("/src/main/");
            if (main
                    && (!Files.exists(info) || !Files.readString(info).contains("NullMarked"))
                    && !missing.contains(info)) {
                missing.add(info);
            }
        }
        assertThat(missing).isEmpty();
    }
}
