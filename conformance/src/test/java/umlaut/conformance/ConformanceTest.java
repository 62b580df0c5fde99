package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import umlaut.conformance.Batch.Outcome;

/**
 * The same programs on the host and in a guest must say the same: C programs from src/test/c (made with gcc here, each with an errno
 * name and a number in every line), shell lines from src/test/shell, and longer scripts for bash from src/test/scripts. A program that finds its host without the call it is about ends with status 77 and is not
 * compared.
 */
@Tag("guest")
class ConformanceTest {
    private static final Path SOURCES = Umlaut.ROOT.resolve("conformance/src/test");

    @TestFactory
    Stream<DynamicTest> programs(@TempDir Path directory) throws IOException {
        assumeThat(Umlaut.host("", 10, List.of("sh", "-c", "command -v gcc")).status())
                .as("needs gcc on the host: install it to run these")
                .isZero();
        Batch batch = new Batch(open(directory));
        try (Stream<Path> files = Files.list(SOURCES.resolve("c"))) {
            List<Path> programs =
                    files.filter(f -> f.toString().endsWith(".c")).sorted().toList();
            for (Path source : programs) {
                String name = source.getFileName().toString().replace(".c", "");
                Path program = directory.resolve(name);
                Umlaut.Result made = Umlaut.host(
                        "",
                        60,
                        List.of(
                                "gcc",
                                "-O1",
                                "-w",
                                "-o",
                                program.toString(),
                                source.toString(),
                                "-lpthread",
                                "-lutil"));
                assertThat(made.err()).isEmpty();
                batch.add(name, program.toString());
            }
        }
        return compare(batch);
    }

    @TestFactory
    Stream<DynamicTest> shellLines(@TempDir Path directory) throws IOException {
        Batch batch = new Batch(open(directory));
        for (String file : List.of("lines.txt", "tools.txt")) {
            for (String line : Files.readAllLines(SOURCES.resolve("shell").resolve(file))) {
                int colon = line.indexOf(": ");
                if (colon > 0 && !line.startsWith("#")) {
                    batch.add(line.substring(0, colon), line.substring(colon + 2));
                }
            }
        }
        return compare(batch);
    }

    @TestFactory
    Stream<DynamicTest> scripts(@TempDir Path directory) throws IOException {
        Batch batch = new Batch(open(directory));
        try (Stream<Path> files = Files.list(SOURCES.resolve("scripts"))) {
            for (Path source : files.sorted().toList()) {
                Path script = Files.copy(source, directory.resolve(source.getFileName()));
                String name = script.getFileName().toString();
                if (name.endsWith(".sh")) { // else it is what several of them begin with
                    batch.add(name.replace(".sh", ""), "bash " + script);
                }
            }
        }
        return compare(batch);
    }

    /** Readable by the guest's users, whoever they are. */
    private static Path open(Path directory) {
        assertThat(directory.toFile().setExecutable(true, false)).isTrue();
        assertThat(directory.toFile().setReadable(true, false)).isTrue();
        return directory;
    }

    private static Stream<DynamicTest> compare(Batch batch) {
        Map<String, Outcome> host = batch.onHost();
        Map<String, Outcome> guest = batch.inGuest();
        Outcome complaint = guest.get("");
        return host.keySet().stream()
                .filter(name -> !name.isEmpty())
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    assumeThat(host.get(name).status())
                            .as("the host's kernel must have the calls")
                            .isNotEqualTo("status 77");
                    assertThat(guest.get(name))
                            .as(complaint == null ? name : name + "; umlaut said: " + complaint.output())
                            .isEqualTo(host.get(name));
                }));
    }
}
