package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Guests that live on their own, managed as docker's users do: docs/manage.md. */
@Tag("guest")
@Timeout(300)
class ManageTest {
    @TempDir
    Path dir;

    private Path runtime;

    @BeforeEach
    void places() throws IOException {
        // Sockets have short names.
        runtime = Files.createTempDirectory(
                Path.of("/tmp"),
                "um",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Nothing is left: no guest, no socket. */
    @AfterEach
    void clean() throws IOException {
        String ids = umlaut("ps", "-aq", "--no-trunc").out();
        if (!ids.isBlank()) {
            List<String> remove = new ArrayList<>(List.of("rm", "-f"));
            remove.addAll(ids.lines().toList());
            umlaut(remove.toArray(String[]::new));
        }
        assertThat(dir.resolve("umlaut/guests")).isEmptyDirectory();
        assertThat(dir.resolve("umlaut/names")).isEmptyDirectory();
        if (Files.exists(runtime.resolve("umlaut"))) {
            try (var left = Files.list(runtime.resolve("umlaut"))) {
                assertThat(left.filter(p -> !p.getFileName().toString().startsWith("shared")))
                        .isEmpty();
            }
        }
        Umlaut.host("", 10, List.of("rm", "-rf", runtime.toString()));
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "XDG_STATE_HOME=" + dir,
                "XDG_RUNTIME_DIR=" + runtime,
                "XDG_DATA_HOME=" + dir.resolve("data"),
                Umlaut.ROOT.resolve("umlaut").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private Umlaut.Result umlaut(String... arguments) {
        return Umlaut.host("", 120, command(arguments));
    }

    private void prints(String expected, String... arguments) {
        Umlaut.Result result = umlaut(arguments);
        assertThat(result.out()).as(result.err()).isEqualTo(expected);
        assertThat(result.status()).as(result.err()).isZero();
    }

    private void fails(int status, String expected, String... arguments) {
        Umlaut.Result result = umlaut(arguments);
        assertThat(result.err()).contains(expected).hasLineCount(1);
        assertThat(result.status()).isEqualTo(status);
    }

    private void starts(String... arguments) {
        assertThat(umlaut(arguments).out()).matches("[0-9a-f]{64}\n");
    }

    @Test
    void whatItSays() throws Exception {
        starts("run", "-di", "--name", "talk", "--", "sh", "-c", "echo a; echo b >&2; read x; echo got $x; read x");
        Process follow = new ProcessBuilder(command("logs", "-f", "talk"))
                .redirectErrorStream(true)
                .start();
        Process attached = new ProcessBuilder(command("attach", "talk")).start();
        attached.getOutputStream().write("this\n".getBytes(StandardCharsets.US_ASCII));
        attached.getOutputStream().flush();
        assertThat(attached.inputReader().readLine()).isEqualTo("got this");
        attached.getOutputStream().close();
        assertThat(attached.waitFor()).isEqualTo(1);
        String all = new String(follow.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(all.lines()).containsExactlyInAnyOrder("a", "b", "got this");
        assertThat(umlaut("logs", "--tail", "1", "-t", "talk").out()).matches("20\\S+Z got this\n");
        assertThat(umlaut("events", "--no-follow", "--format", "{{.action}}").out())
                .isEqualTo("create\nstart\ndie\n");
        fails(1, "is not running", "attach", "talk");
    }

    @Test
    void programsBesideTheFirst() {
        starts("run", "-d", "--name", "web", "-e", "A=ü", "-w", "/usr", "--", "sleep", "1000");
        prints("Ã¼ /usr\n", "exec", "web", "sh", "-c", "echo $A $(pwd)");
        prints(
                "2 /tmp 1000\n",
                "exec",
                "-e",
                "A=2",
                "-w",
                "/tmp",
                "-u",
                "1000",
                "web",
                "sh",
                "-c",
                "echo $A $(pwd) $(id -u)");
        assertThat(Umlaut.host("typed", 60, command("exec", "-i", "web", "cat")).out())
                .isEqualTo("typed");
        assertThat(Umlaut.host("typed", 60, command("exec", "web", "cat")).out())
                .isEmpty();
        assertThat(umlaut("exec", "web", "sh", "-c", "exit 7").status()).isEqualTo(7);
        assertThat(umlaut("exec", "web", "sh", "-c", "kill -9 $$").status()).isEqualTo(137);
        fails(127, "cannot run 'nothing'", "exec", "web", "nothing");
        fails(126, "cannot run '/etc/passwd'", "exec", "web", "/etc/passwd");
        prints("", "exec", "-d", "web", "sh", "-c", "echo there >/tmp/x; sleep 1000");
        prints("there\n", "exec", "web", "sh", "-c", "until [ -s /tmp/x ]; do sleep 0.1; done; cat /tmp/x");
        prints("web\n", "pause", "web");
        fails(1, "is paused", "exec", "web", "true");
        prints("paused\n", "inspect", "-f", "{{.State.Status}}", "web");
        prints("web\n", "unpause", "web");
        prints("", "exec", "web", "true");
        fails(1, "is running", "rm", "web");
        prints("web\n", "rm", "-f", "web");
        fails(1, "no guest 'web'", "exec", "web", "true");
    }

    @Test
    void filesGoInAndOut() throws IOException {
        Path made = Files.createDirectories(dir.resolve("made/deep"));
        Files.write(made.resolve("big"), new byte[300_000]);
        Files.writeString(made.resolve("text"), "hello\n");
        Files.createSymbolicLink(made.resolve("link"), Path.of("text"));
        starts("run", "-d", "--name", "c", "--", "sleep", "1000");
        String from = dir.resolve("made").toString();
        prints("", "cp", from, "c:/tmp");
        prints("", "cp", from + "/deep/.", "c:/srv");
        prints("", "cp", from + "/deep/text", "c:/tmp/called");
        prints(
                "hello\nhello\nhello\nroot 300000\n",
                "exec",
                "c",
                "sh",
                "-c",
                "cat /tmp/made/deep/link /srv/text /tmp/called; stat -c '%U %s' /tmp/made/deep/big");
        prints("", "cp", "c:/tmp/made", dir.resolve("back").toString());
        assertThat(Umlaut.host(
                                "",
                                10,
                                List.of("diff", "-r", from, dir.resolve("back").toString()))
                        .status())
                .isZero();
        prints("", "exec", "c", "sh", "-c", "cd /tmp; ln -s /etc evil; mkdir e; ln -s ../../x e/l; mknod e/n c 1 3");
        Umlaut.Result left = umlaut("cp", "c:/tmp/e", dir.resolve("e").toString());
        assertThat(left.status()).as(left.err()).isZero();
        assertThat(dir.resolve("e/l")).isSymbolicLink();
        assertThat(dir.resolve("e/n")).doesNotExist();
        fails(1, "no file or directory '/nothing' in the guest", "cp", "c:/nothing", dir.toString());
        fails(1, "no directory '/none/'", "cp", from + "/deep/text", "c:/none/");
    }

    @Test
    void limitsChangeWhileItRuns() {
        starts("run", "-d", "--name", "l", "--pids-limit", "50", "--", "sleep", "1000");
        prints("l 1\n", "stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}}", "l");
        assertThat(umlaut("top", "l").out().lines().toList().get(1)).matches("0 +1 +0 .*sleep 1000");
        prints("l\n", "update", "-m", "64m", "--pids-limit", "3", "--cpus", "1", "l");
        Umlaut.Result result =
                umlaut("exec", "l", "perl", "-e", "$x = 'a' x 200_000_000; sleep 5; print 'it may have it'");
        assertThat(result.status()).isEqualTo(137);
        assertThat(umlaut("exec", "l", "sh", "-c", "sleep 9 & sleep 9 & sleep 9 & sleep 9 & echo all")
                        .out())
                .doesNotContain("all");
        prints("67108864 3\n", "inspect", "-f", "{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}", "l");
        fails(1, "cannot be more than the 50", "update", "--pids-limit", "60", "l");
    }

    @Test
    void endsAndStartsAgain() {
        starts("create", "--name", "job", "--", "sh", "-c", "echo first >&2; exec sleep 1000");
        prints("created\n", "inspect", "-f", "{{.State.Status}}", "job");
        fails(1, "is not running", "kill", "job");
        prints("job\n", "start", "job");
        prints("job\n", "kill", "-s", "INT", "job");
        prints("130\n", "wait", "job");
        prints("job\n", "restart", "job");
        prints("job\n", "stop", "-s", "KILL", "job");
        prints("exited 137\n", "inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "job");
        Umlaut.Result logs = umlaut("logs", "job");
        assertThat(logs.out()).isEmpty();
        assertThat(logs.err()).isEqualTo("first\nfirst\n");
        prints("", "rename", "job", "work");
        fails(125, "the name 'work' is in use", "create", "--name", "work", "--", "true");
        prints("work\n", "rm", "work");
        fails(127, "cannot run 'nothing'", "run", "-d", "--rm", "--", "nothing");
    }

    @Test
    void startsAgainByItself() {
        starts("run", "-d", "--restart", "on-failure:2", "--name", "r", "--", "sh", "-c", "echo x; exit 3");
        String state = "";
        for (int i = 0; i < 100 && !state.equals("exited 2 3\n"); i++) {
            state = umlaut("inspect", "-f", "{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}}", "r")
                    .out();
        }
        assertThat(state).isEqualTo("exited 2 3\n");
        prints("x\nx\nx\n", "logs", "r");
        starts("run", "-d", "--restart", "always", "--name", "a", "--", "sleep", "1000");
        prints("a\n", "stop", "a");
        prints("exited\n", "inspect", "-f", "{{.State.Status}}", "a");
    }

    /** Whatever kills the process of a guest: all is gone with it, and the guest is seen as ended. */
    @Test
    void killedFromOutside() throws Exception {
        starts("run", "-d", "--name", "k", "--", "sh", "-c", "sleep 1234567 & sleep 1234567");
        starts("run", "-d", "--rm", "--name", "gone", "--", "sleep", "1234567");
        for (String name : List.of("k", "gone")) {
            String pid = umlaut("inspect", "-f", "{{.State.Pid}}", name).out().strip();
            long number = Long.parseLong(pid);
            List<ProcessHandle> all =
                    ProcessHandle.of(number).orElseThrow().descendants().toList();
            assertThat(all).isNotEmpty();
            Process waiting = new ProcessBuilder(command("wait", name)).start();
            ProcessHandle.of(number).orElseThrow().destroyForcibly();
            for (ProcessHandle process : all) {
                process.onExit().get(60, TimeUnit.SECONDS);
            }
            assertThat(waiting.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        prints("k Exited (137)\n", "ps", "-a", "--format", "{{.Names}} {{.Status}}");
        prints("k\n", "start", "k");
        prints("running\n", "inspect", "-f", "{{.State.Status}}", "k");
    }

    @Test
    void inTheForegroundAndShared() throws Exception {
        Process foreground = new ProcessBuilder(command("run", "--name", "fg", "--", "sleep", "1000")).start();
        for (int i = 0; i < 200 && !umlaut("ps", "--format", "{{.State}}").out().equals("running\n"); i++) {
            Thread.sleep(50);
        }
        prints("beside\n", "exec", "fg", "echo", "beside");
        fails(125, "guest 'fg' is running", "run", "--name", "fg", "--", "true");
        prints("fg\n", "stop", "fg");
        assertThat(foreground.waitFor()).isEqualTo(143);
        prints("fg\n", "rm", "fg");
        starts("run", "-d", "--shared", "--name", "s1", "--", "sleep", "1000");
        starts(
                "run",
                "-d",
                "--shared",
                "--name",
                "s2",
                "-v",
                ".:/here",
                "--",
                "sh",
                "-c",
                "cat /here/pom.xml; sleep 1000");
        prints("s2\n", "exec", "s2", "hostname");
        String pid = umlaut("inspect", "-f", "{{.State.Pid}}", "s1").out();
        prints(pid, "inspect", "-f", "{{.State.Pid}}", "s2");
        prints("s1\n", "rm", "-f", "s1");
        prints("s2\n", "exec", "s2", "hostname");
        prints("s2\n", "rm", "-f", "s2");
    }
}
