package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Standard streams that are files of the host: a guest's programs use them as they would on the host, and leave the same bytes and positions. */
@Tag("guest")
class RedirectTest {
    private static final String UMLAUT = Umlaut.ROOT.resolve("umlaut").toString();

    private static Umlaut.Result shell(String line) {
        return Umlaut.host("", 300, List.of("sh", "-c", line));
    }

    @ParameterizedTest
    @ValueSource(strings = {">", ">>", "1<>"})
    void filesAreFiles(String redirection, @TempDir Path directory) throws IOException {
        assumeThat(shell("command -v gcc").status())
                .as("needs gcc on the host: install it to run this")
                .isZero();
        Path source = Umlaut.ROOT.resolve("conformance/src/test/redirect/files.c");
        Path program = directory.resolve("files");
        assertThat(shell("gcc -w -o " + program + " " + source + " && chmod 755 " + directory)
                        .err())
                .isEmpty();
        String guest = UMLAUT + " run -v " + directory + ":" + directory + ":ro -- ";
        Umlaut.Result onHost = run(program.toString(), redirection, directory.resolve("host"));
        Umlaut.Result inGuest = run(guest + program, redirection, directory.resolve("guest"));
        assertThat(inGuest.err()).isEqualTo(onHost.err());
        assertThat(directory.resolve("guest")).hasSameBinaryContentAs(directory.resolve("host"));
    }

    private static Umlaut.Result run(String command, String redirection, Path out) throws IOException {
        Files.writeString(out, "before\n");
        return shell("in=$(mktemp); seq 300 >$in; " + command + " <$in " + redirection + " " + out + "; rm $in");
    }

    @Test
    void thePositionIsShared() {
        String line = "f=$(mktemp); { echo a; " + UMLAUT
                + " run -- sh -c 'echo b; echo c >&2; echo d'; echo e; } >$f 2>&1; cat $f;" + " seq 100 >$f; { "
                + UMLAUT + " run -- head -c 4; head -n 1; } <$f; rm $f";
        assertThat(shell(line)).isEqualTo(new Umlaut.Result(0, "a\nb\nc\nd\ne\n1\n2\n3\n", ""));
    }
}
