package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The claims of docs/engine.md, "Security", seen from the host: while a guest does its worst (src/test/hostile/hostile.c), strace records
 * every call that reaches the host kernel from a stub process, and none of them may touch a file, a socket or a process.
 */
@Tag("guest")
class SecurityTest {
    private static final Path CANARY = Path.of("/umlaut-escape-canary");

    @Test
    void aHostileGuestReachesNothingOfTheHost(@TempDir Path directory) throws IOException {
        assumeThat(have("gcc") && have("strace"))
                .as("needs gcc and strace on the host: install them to run this")
                .isTrue();
        assertThat(directory.toFile().setExecutable(true, false)).isTrue();
        assertThat(directory.toFile().setReadable(true, false)).isTrue();
        Path program = directory.resolve("hostile");
        Path source = Umlaut.ROOT.resolve("conformance/src/test/hostile/hostile.c");
        Umlaut.Result made = Umlaut.host(
                "", 60, List.of("gcc", "-O1", "-w", "-o", program.toString(), source.toString(), "-lpthread"));
        assertThat(made.err()).isEmpty();

        // Built before, so that strace sees the machine only.
        assertThat(Umlaut.run("--build").status()).isZero();
        Path log = directory.resolve("trace");
        Umlaut.Result result = Umlaut.host(
                "",
                280,
                List.of(
                        "strace",
                        "-f",
                        "-qq",
                        "-o",
                        log.toString(),
                        "-e",
                        "trace=!futex,read,write,sched_yield",
                        Umlaut.ROOT.resolve("umlaut").toString(),
                        "run",
                        "--pids-limit",
                        "4000",
                        "-v",
                        directory + ":" + directory + ":ro",
                        "--",
                        program.toString()));

        assertThat(result.out())
                .as(result.err())
                .contains("tried every syscall instruction: yes")
                .endsWith("still here\n");
        assertThat(result.status()).isZero();
        assertThat(Files.exists(CANARY)).as("a file was made on the host").isFalse();
        HostTrace trace = new HostTrace();
        try (var lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
            lines.forEach(trace::line);
        }
        trace.end();
        assertThat(trace.guestThreads()).as("guest threads seen by strace").isGreaterThan(50);
        assertThat(trace.violations()).isEmpty();
    }

    private static boolean have(String command) {
        return Umlaut.host("", 10, List.of("sh", "-c", "command -v " + command)).status() == 0;
    }
}
