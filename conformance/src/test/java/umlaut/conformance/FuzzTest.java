package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Made-up system calls from the table of calls (src/test/fuzz): each by itself on host and guest, how it ends compared; and streams of them
 * in a guest, which must not make its kernel stumble. Here with fixed seeds and few calls; docs/debug.md says how to run them for hours.
 */
@Tag("guest")
class FuzzTest {
    private static final Path SOURCES = Umlaut.ROOT.resolve("conformance/src/test/fuzz");
    private static final Path TABLES = Umlaut.ROOT.resolve("abi/src/main/resources/umlaut/abi");
    /** The ABI's version: kernels before it answer many calls otherwise. */
    private static final Pattern OF_THE_ABI = Pattern.compile("6\\.(1[89]|[2-9]\\d)\\..*|[7-9]\\..*", Pattern.DOTALL);

    @Test
    void eachCallEndsAsOnTheHost(@TempDir Path directory) throws IOException {
        String program = make(directory, "sweep");
        String release = Files.readString(Path.of("/proc/sys/kernel/osrelease"));
        assumeTrue(OF_THE_ABI.matcher(release).matches(), "the host's Linux must be as new as the guest's, 6.18");
        List<String> command = List.of(program, directory + "/syscalls.tsv", directory + "/flags.tsv", "1", "3");
        Umlaut.Result there = Umlaut.host("", 280, command);
        assumeTrue(there.status() == 0, "the host's user can't have what the sweep needs");
        Map<String, String> host = cases(there.out());
        List<String> guestCommand = new ArrayList<>(List.of("run", "-v", directory + ":" + directory + ":ro", "--"));
        guestCommand.addAll(command);
        Umlaut.Result result = Umlaut.run(guestCommand.toArray(String[]::new));
        Map<String, String> guest = cases(result.out());
        assertThat(host).as("cases").hasSizeGreaterThan(800);
        List<Pattern> allowed = allowed();
        List<String> differences = new ArrayList<>();
        host.forEach((call, end) -> {
            String here = guest.getOrDefault(call, "nothing");
            if (!here.equals(end)
                    && allowed.stream().noneMatch(p -> p.matcher(call).lookingAt())) {
                differences.add(call + ": " + end + " on the host, " + here + " in the guest");
            }
        });
        assertThat(differences).as(result.err()).isEmpty();
    }

    @Test
    void streamsOfCallsLeaveTheKernelWell(@TempDir Path directory) throws IOException {
        String program = make(directory, "fuzz");
        Umlaut.Result result = Umlaut.run(
                "run",
                "-m",
                "512m",
                "-v",
                directory + ":" + directory + ":ro",
                "--",
                "sh",
                "-c",
                program + " " + directory + "/syscalls.tsv " + directory + "/flags.tsv 1 8 && echo well");
        assertThat(result.out()).as(result.err()).endsWith("well\n");
        assertThat(result.err()).doesNotContain("Oops");
    }

    /** Compiles one of the programs and puts the tables beside it, where guests' users can read them. */
    private static String make(Path directory, String name) throws IOException {
        assumeTrue(
                Umlaut.host("", 10, List.of("sh", "-c", "command -v gcc")).status() == 0,
                "needs gcc on the host: install it to run this");
        assertThat(directory.toFile().setExecutable(true, false)).isTrue();
        assertThat(directory.toFile().setReadable(true, false)).isTrue();
        for (String table : List.of("syscalls.tsv", "flags.tsv")) {
            Files.copy(TABLES.resolve(table), directory.resolve(table));
        }
        String program = directory.resolve(name).toString();
        String source = SOURCES.resolve(name + ".c").toString();
        Umlaut.Result made = Umlaut.host("", 60, List.of("gcc", "-O1", "-w", "-o", program, source, "-lpthread"));
        assertThat(made.err()).isEmpty();
        return program;
    }

    /** "call #n = end" lines. */
    private static Map<String, String> cases(String output) {
        Map<String, String> cases = new LinkedHashMap<>();
        for (String line : output.split("\n")) {
            int equals = line.lastIndexOf(" = ");
            if (equals > 0) {
                cases.put(line.substring(0, equals), line.substring(equals + 3));
            }
        }
        return cases;
    }

    /** Beginnings of calls that may end otherwise: a regular expression and the reason, parted by a tab. This list may only shrink. */
    private static List<Pattern> allowed() throws IOException {
        List<Pattern> allowed = new ArrayList<>();
        for (String line : Files.readAllLines(SOURCES.resolve("allowed.txt"))) {
            if (!line.startsWith("#") && !line.isBlank()) {
                allowed.add(Pattern.compile(line.substring(0, line.indexOf('\t'))));
            }
        }
        return allowed;
    }
}
