package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The user's terminal: the guest gets one of its own by itself, and the user's is put back whatever happens. Uses script(1). */
@Tag("guest")
class TerminalTest {
    private static final String UMLAUT = Umlaut.ROOT.resolve("umlaut").toString();

    @BeforeEach
    void needsScript() {
        assumeThat(Umlaut.host("", 10, List.of("sh", "-c", "command -v script")).status())
                .as("needs script(1) on the host: package bsdutils or util-linux")
                .isZero();
    }

    /** Runs a shell line on a new terminal of 30 rows and 100 columns. */
    private static Umlaut.Result onTerminal(String line) {
        return Umlaut.host("", 300, List.of("script", "-qec", "stty rows 30 cols 100; " + line, "/dev/null"));
    }

    @Test
    void theGuestHasATerminalOfTheSameSize() {
        Umlaut.Result result = onTerminal(UMLAUT + " run -- sh -c 'test -t 0 && test -t 1 && stty size'");
        assertThat(result.out()).endsWith("30 100\r\n");
        assertThat(result.status()).isZero();
    }

    @Test
    void noTerminalWhereThereIsNone() {
        assertThat(Umlaut.run("run", "--", "sh", "-c", "test -t 0; echo $?; test -t 1; echo $?")
                        .out())
                .isEqualTo("1\n1\n");
    }

    @Test
    void modesArePutBack(@TempDir Path dir) throws IOException {
        onTerminal("cd " + dir + "; stty -g >before; " + UMLAUT
                + " run -- sh -c 'stty raw -echo; exit 3'; stty -g >after");
        assertThat(Files.readString(dir.resolve("after"))).isEqualTo(Files.readString(dir.resolve("before")));
    }

    @Test
    void modesArePutBackEvenAfterKill(@TempDir Path dir) throws IOException {
        assertThat(dir.toFile().setWritable(true, false)).isTrue();
        onTerminal("cd " + dir + "; stty -g >before; (until test -e ready; do sleep 0.1; done; kill -9 $(cat pid)) & "
                + "sh -c 'echo $$ >pid; exec " + UMLAUT + " run -v " + dir
                + ":/d -- sh -c \">/d/ready; exec sleep 1000\"'; "
                + "until test \"$(stty -g)\" = \"$(cat before)\"; do sleep 0.1; done; stty -g >after");
        assertThat(Files.readString(dir.resolve("after"))).isEqualTo(Files.readString(dir.resolve("before")));
    }
}
