package umlaut.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import umlaut.host.Sockets;

/** Whatever comes over a control socket is frames, or an error; never more memory than a frame may take. */
class ConnectionFuzzTest {
    private static final int MOST = 32 << 10;

    private static int[] pair() {
        long both = Sockets.socketpair(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC);
        return new int[] {(int) both, (int) (both >> 32)};
    }

    @FuzzTest
    void anyBytes(byte[] data) {
        int[] fds = pair();
        try (Connection to = new Connection(fds[1]);
                Arena arena = Arena.ofConfined()) {
            int length = Math.min(data.length, MOST);
            MemorySegment bytes = arena.allocate(Math.max(1, length));
            MemorySegment.copy(data, 0, bytes, ValueLayout.JAVA_BYTE, 0, length);
            Sockets.sendto(fds[0], bytes, length, Sockets.MSG_NOSIGNAL, MemorySegment.NULL, 0);
            umlaut.host.Files.close(fds[0]);
            Frame frame;
            while ((frame = to.read()) != null) {
                assertThat(frame.body().length).isLessThan(Frame.MOST);
                Fields fields = frame.fields();
                assertThat(Fields.parse(fields.toString()).toString()).isEqualTo(fields.toString());
                frame.number();
            }
        } catch (IOException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    @Test
    void framesAndDescriptors() throws IOException {
        int[] fds = pair();
        try (Connection a = new Connection(fds[0]);
                Connection b = new Connection(fds[1])) {
            a.write(Frame.of(Frame.EXIT, 143));
            a.write(new Frame(Frame.OUTPUT, "x".repeat(20_000).getBytes(StandardCharsets.US_ASCII)));
            assertThat(b.require().number()).isEqualTo(143);
            assertThat(b.require().body()).hasSize(20_000);
            a.writeFd(0);
            int passed = b.readFd();
            assertThat(passed).isGreaterThan(2);
            umlaut.host.Files.close(passed);
            b.write(Frame.failure(127, "no\nway"));
            DaemonException e = org.junit.jupiter.api.Assertions.assertThrows(
                    DaemonException.class, () -> a.require().orThrow());
            assertThat(e.status).isEqualTo(127);
            assertThat(e.line).isEqualTo("no\nway");
        }
    }
}
