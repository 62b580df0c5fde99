package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Exit statuses and messages of {@code umlaut run}, as docker run's; bad input gets one clear line. */
@Tag("guest")
class ExitStatusTest {
    private static void oneLine(int status, String message, String... arguments) {
        Umlaut.Result result = Umlaut.run(arguments);
        assertThat(result.status()).as(result.err()).isEqualTo(status);
        assertThat(result.err()).contains(message).endsWith("\n");
        assertThat(result.err().strip().lines()).hasSize(1);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void statusOfTheCommand() {
        assertThat(Umlaut.run("run", "--", "/bin/true").status()).isZero();
        assertThat(Umlaut.run("run", "--", "/bin/false").status()).isEqualTo(1);
        assertThat(Umlaut.run("run", "--", "sh", "-c", "exit 42").status()).isEqualTo(42);
        assertThat(Umlaut.run("run", "--", "sh", "-c", "kill -9 $$").status()).isEqualTo(137);
        assertThat(Umlaut.run("run", "--", "sh", "-c", "kill -TERM $$").status())
                .isEqualTo(143);
    }

    @Test
    void whatCannotRun() {
        oneLine(127, "nonexistent", "run", "--", "nonexistent-command");
        oneLine(127, "/no/such", "run", "--", "/no/such/file");
        oneLine(126, "/etc/passwd", "run", "--", "/etc/passwd");
        oneLine(126, "/etc", "run", "--", "/etc");
        oneLine(125, "unknown flag --bogus", "run", "--bogus", "--", "ls");
        oneLine(125, "no image 'nonesuch'", "run", "nonesuch", "ls");
        oneLine(125, "no file or directory", "run", "-v", "/no/such/dir:/x", "--", "ls");
        oneLine(125, "no user", "run", "-u", "nobodyknows", "--", "ls");
    }

    @Test
    void bytesInBytesOut() {
        Umlaut.Result result = Umlaut.host(
                "one\ntwo\n", 300, List.of(Umlaut.ROOT.resolve("umlaut").toString(), "run", "--", "cat"));
        assertThat(result).isEqualTo(new Umlaut.Result(0, "one\ntwo\n", ""));
        assertThat(Umlaut.run("run", "--", "sh", "-c", "echo out; echo err >&2"))
                .isEqualTo(new Umlaut.Result(0, "out\n", "err\n"));
    }

    @Test
    void flagsReachTheGuest() {
        assertThat(Umlaut.run(
                                "run",
                                "-h",
                                "web",
                                "-e",
                                "A=b c",
                                "-w",
                                "/usr",
                                "--",
                                "sh",
                                "-c",
                                "hostname; echo $A; pwd")
                        .out())
                .isEqualTo("web\nb c\n/usr\n");
        assertThat(Umlaut.run("run", "-u", "12:34", "--", "sh", "-c", "id -u; id -g")
                        .out())
                .isEqualTo("12\n34\n");
        assertThat(Umlaut.run("run", "--read-only", "--", "touch", "/x").status())
                .isEqualTo(1);
        assertThat(Umlaut.run("run", "--entrypoint", "/bin/echo", "--", "a", "b")
                        .out())
                .isEqualTo("a b\n");
    }

    /** docker's --init: orphans go to a pid 1 that reaps them; statuses and deaths are still the command's. */
    @Test
    void initTakesInOrphans() {
        String script = "echo $$; (sh -c 'sleep 0.1; ps -o ppid= -p $$ | tr -d \" \" >/tmp/p' &); sleep 1; cat /tmp/p;"
                + " kill -9 1; ps -e | grep -c defunct; exit 7";
        Umlaut.Result result = Umlaut.run("run", "--init", "--", "sh", "-c", script);
        assertThat(result).isEqualTo(new Umlaut.Result(7, "2\n1\n0\n", ""));
        assertThat(Umlaut.run("run", "--init", "--", "sh", "-c", "kill -9 $$").status())
                .isEqualTo(137);
        oneLine(127, "nonexistent", "run", "--init", "--", "nonexistent-command");
    }

    @Test
    void closedOutputEndsTheGuest() {
        String umlaut = Umlaut.ROOT.resolve("umlaut").toString();
        Umlaut.Result result = Umlaut.host("", 300, List.of("sh", "-c", umlaut + " run -- yes | head -n 1"));
        assertThat(result).isEqualTo(new Umlaut.Result(0, "y\n", ""));
    }
}
