package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A guest's connection to the outside, with servers and clients on the host's loopback. docs/network.md, "To the outside". */
@Tag("guest")
class NetworkTest {
    private static ServerSocket server() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    }

    private static void needs(String program) {
        assumeThat(Umlaut.host("", 60, List.of("sh", "-c", "command -v " + program))
                        .status())
                .as("needs " + program + " on the host: install it to run this")
                .isZero();
    }

    private static Umlaut.Result perl(String flag, int port, String script) {
        return Umlaut.run("run", flag, "--", "perl", "-MIO::Socket::INET", "-e", script, String.valueOf(port));
    }

    @Test
    void aClientInTheGuestReachesTheHostWhereAllowed() throws IOException {
        needs("perl");
        try (ServerSocket server = server()) {
            Thread.ofPlatform().daemon().start(() -> {
                try (Socket client = server.accept()) {
                    byte[] all = client.getInputStream().readAllBytes();
                    client.getOutputStream().write(all);
                } catch (IOException e) {
                    // The guest sees that nothing comes.
                }
            });
            Umlaut.Result result = perl("--allow-host", server.getLocalPort(), """
                    $s = IO::Socket::INET->new("10.0.2.2:$ARGV[0]") or die $!;
                    print $s "x" x 100000; $s->flush; shutdown $s, 1; $n += length while <$s>; print "$n\\n"
                    """);
            assertThat(result).isEqualTo(new Umlaut.Result(0, "100000\n", ""));
        }
    }

    @Test
    void theHostIsClosedToOthers() throws IOException {
        needs("perl");
        try (ServerSocket server = server()) {
            String script = "IO::Socket::INET->new(\"10.0.2.2:$ARGV[0]\") or print \"$!\\n\"";
            assertThat(perl("--net=nat", server.getLocalPort(), script).out()).isEqualTo("Connection refused\n");
            assertThat(perl("--net=none", server.getLocalPort(), script).out()).isEqualTo("Network is unreachable\n");
        }
    }

    @Test
    void aServerInTheGuestIsReachedByItsPublishedPort() throws IOException, InterruptedException {
        needs("perl");
        int port;
        try (ServerSocket free = server()) {
            port = free.getLocalPort();
        }
        Process guest = new ProcessBuilder(
                        Umlaut.ROOT.resolve("umlaut").toString(),
                        "run",
                        "-p",
                        port + ":80",
                        "--",
                        "perl",
                        "-MIO::Socket::INET",
                        "-e",
                        "$l = IO::Socket::INET->new(Listen => 5, LocalPort => 80) or die $!; $| = 1; print \"up\\n\";"
                                + " $s = $l->accept; $x = <$s>; print $s \"got $x\"; close $s")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (InputStream out = guest.getInputStream()) {
            assertThat(new String(out.readNBytes(3), StandardCharsets.US_ASCII)).isEqualTo("up\n");
            try (Socket client = new Socket("127.0.0.1", port)) {
                client.getOutputStream().write("it\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .isEqualTo("got it\n");
            }
            assertThat(guest.waitFor()).isZero();
        } finally {
            guest.destroyForcibly();
        }
    }

    @Test
    void aTakenPortIsOneLine() throws IOException {
        try (ServerSocket server = server()) {
            Umlaut.Result result = Umlaut.run("run", "-p", server.getLocalPort() + ":80", "--", "true");
            assertThat(result.status()).isEqualTo(125);
            assertThat(result.err().strip().lines()).hasSize(1);
            assertThat(result.err()).contains("is taken");
        }
    }
}
