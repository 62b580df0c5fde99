package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts that allow less than others: guests run there too, or one line says what is missing. */
@Tag("guest")
class EnvironmentTest {
    private static final String UMLAUT = Umlaut.ROOT.resolve("umlaut").toString();
    private static final String WORK =
            "(sleep 0.1; exit 3) & wait $!; echo $? | tr 3 4; sh -c 'kill -SEGV $$' 2>/dev/null; echo $?";
    private static final String RESULT = "4\n139\n";

    /** Runs a command of the host's shell. */
    private static Umlaut.Result shell(String line) {
        return Umlaut.host("", 300, List.of("sh", "-c", line));
    }

    private static void refused(String message, Umlaut.Result result) {
        assertThat(result.err()).contains(message);
        assertThat(result.err().strip().lines()).hasSize(1);
        assertThat(result.status()).isEqualTo(125);
    }

    private static String filtered(Path directory) {
        assumeThat(shell("command -v gcc").status())
                .as("needs gcc on the host: install it to run this")
                .isZero();
        Path source = Umlaut.ROOT.resolve("conformance/src/test/filter/filtered.c");
        Path program = directory.resolve("filtered");
        assertThat(shell("gcc -w -o " + program + " " + source).err()).isEmpty();
        return program.toString();
    }

    @Test
    void dockersDefaultSeccompProfile(@TempDir Path directory) {
        Umlaut.Result result =
                Umlaut.host("", 300, List.of(filtered(directory), "docker", UMLAUT, "run", "--", "sh", "-c", WORK));
        assertThat(result).isEqualTo(new Umlaut.Result(0, RESULT, ""));
    }

    @Test
    void noSeccomp(@TempDir Path directory) {
        refused("seccomp", Umlaut.host("", 300, List.of(filtered(directory), "none", UMLAUT, "run", "--", "true")));
    }

    /** Whatever the locale says. */
    @Test
    void bytesOfTheCommandLine() {
        for (String locale : List.of("C", "C.UTF-8")) {
            String command = "x=$(printf '\\303\\274'); export LC_ALL=" + locale + " UML=$x; " + UMLAUT
                    + " run -e X=$x -e UML -- sh -c 'printf %s $X$UML$0' $x$(printf '\\377') | od -An -tx1";
            assertThat(shell(command)).as(locale).isEqualTo(new Umlaut.Result(0, " c3 bc c3 bc c3 bc ff\n", ""));
        }
    }

    @Test
    void oneProcessor() {
        assumeThat(shell("command -v taskset").status()).isZero();
        Umlaut.Result result =
                Umlaut.host("", 300, List.of("taskset", "-c", "0", UMLAUT, "run", "--", "sh", "-c", WORK));
        assertThat(result).isEqualTo(new Umlaut.Result(0, RESULT, ""));
    }

    @Test
    void littleRoom() {
        refused("ulimit -n", shell("ulimit -n 30; " + UMLAUT + " run -- true"));
        refused("ulimit -v", shell("ulimit -v 2000000; " + UMLAUT + " run -- true"));
        refused("ulimit -v", shell("ulimit -v 16000000; " + UMLAUT + " run -- true"));
        String much =
                "find /usr/bin /usr/lib -xdev -type d >/dev/null; cat $(ls -d /usr/bin/[a-f]*) >/dev/null 2>&1; ls /usr >/dev/null && echo enough";
        assertThat(shell("ulimit -n 128; " + UMLAUT + " run -- sh -c '" + much + "'"))
                .isEqualTo(new Umlaut.Result(0, "enough\n", ""));
    }

    /** A fork that the host has no thread left for is EAGAIN for the guest, no more. */
    @Test
    void fewHostThreads() {
        assumeThat(shell("id -u").out().strip()).as("root has no such limit").isNotEqualTo("0");
        Umlaut.Result result = Umlaut.host(
                "",
                300,
                List.of(
                        "bash",
                        "-c",
                        "ulimit -u 60; " + UMLAUT
                                + " run -- perl -e 'my @c; while (@c < 100 && defined(my $p = fork)) { if (!$p) { sleep 60; exit } push @c, $p }"
                                + " print @c < 100 ? $! + 0 : \"no limit\", \"\\n\"; kill 9, @c; print scalar(grep { wait > 0 } @c) == @c ? \"all\\n\" : \"lost\\n\"'"));
        assertThat(result).isEqualTo(new Umlaut.Result(0, "11\nall\n", ""));
    }
}
