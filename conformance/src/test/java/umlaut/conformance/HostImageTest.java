package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The host's userland and its directories as a guest sees them, and what /proc and /sys tell the tools that read them. */
@Tag("guest")
class HostImageTest {
    /** Directories that anyone may read all of, on any host. */
    private static final String LISTED = "/usr/share/perl* /usr/share/doc /usr/lib/python3*";

    private static final String LIST = "LC_ALL=C ls -lnRi --time-style=full-iso " + LISTED + " 2>/dev/null";

    private static String guest(String... arguments) {
        Umlaut.Result result = Umlaut.run(arguments);
        assertThat(result.err()).isEmpty();
        assertThat(result.status()).isZero();
        return result.out();
    }

    @Test
    void theImageIsTheHostsOwn() {
        String host = Umlaut.host("", 60, List.of("sh", "-c", LIST)).out();
        assertThat(Umlaut.run("run", "--", "sh", "-c", LIST).out()).isEqualTo(host);
    }

    @Test
    void whatIsChangedStaysInTheGuest() {
        String out = guest(
                "run",
                "--",
                "sh",
                "-c",
                "mv /usr/share/doc /usr/share/gone && ls /usr/share/gone | wc -l && ls -d /usr/share/doc 2>/dev/null; "
                        + "rm -rf /usr/share/gone && mkdir /usr/share/doc && ls /usr/share/doc | wc -l; "
                        + "echo more >> /usr/bin/env && tail -c 5 /usr/bin/env");
        String host = Umlaut.host("", 60, List.of("sh", "-c", "ls /usr/share/doc | wc -l"))
                .out();
        assertThat(out).isEqualTo(host + "0\nmore\n");
    }

    @Test
    void aVolumeIsShared(@TempDir Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(directory.resolve("from-host"), "hello\n");
        Files.createSymbolicLink(directory.resolve("out"), Path.of("/etc/hostname"));
        String out = guest(
                "run",
                "-h",
                "inside",
                "-v",
                directory + ":/srv/shared",
                "--",
                "sh",
                "-c",
                "cd /srv/shared; cat from-host out; echo reply > to-host; mkdir d; mv to-host d/moved; stat -c %U d/moved; "
                        + "chmod 4711 d/moved; stat -c %a d/moved");
        assertThat(out).isEqualTo("hello\ninside\nroot\n711\n");
        assertThat(Files.readString(directory.resolve("d/moved"))).isEqualTo("reply\n");
    }

    @Test
    void aReadOnlyVolumeIsNotWritten(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("file"), "x");
        Umlaut.Result result = Umlaut.run("run", "-v", directory + ":/v:ro", "--", "sh", "-c", "echo y > /v/file");
        assertThat(result.err()).contains("Read-only file system");
        assertThat(Files.readString(directory.resolve("file"))).isEqualTo("x");
    }

    @Test
    void toolsThatReadProcWork() {
        String out = guest(
                "run",
                "--",
                "sh",
                "-c",
                "ps -eo pid,comm --no-headers | head -1; free | head -1; uptime >/dev/null && echo uptime; nproc; "
                        + "lscpu >/dev/null && echo lscpu; df / | tail -1 | cut -d' ' -f1; cat /proc/self/comm; "
                        + "readlink /proc/self/exe; cat /proc/self/cmdline | tr '\\0' ' '; mount | head -1 | cut -d' ' -f5");
        String cpus = Umlaut.host("", 10, List.of("nproc")).out();
        assertThat(out)
                .contains(
                        "1 sh\n",
                        "total",
                        "uptime\n" + cpus + "lscpu\nhost\ncat\n/usr/bin/readlink\n",
                        "cat /proc/self/cmdline ",
                        "overlay\n");
    }

    @Test
    void othersProcessesAreTheirOwn() {
        String out = guest(
                "run",
                "--",
                "sh",
                "-c",
                "sleep 1000 & for f in environ maps fd/0 exe mem; do "
                        + "setpriv --reuid 1000 --regid 1000 --clear-groups cat /proc/$!/$f 2>&1 | grep -c 'Permission denied'; done; kill $!");
        assertThat(out).isEqualTo("1\n1\n1\n1\n1\n");
    }
}
