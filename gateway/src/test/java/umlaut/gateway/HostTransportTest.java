package umlaut.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Sockets;
import umlaut.net.core.SkBuff;
import umlaut.net.device.Link;

/** Links over descriptors of the host's, with the other side played by the test. */
class HostTransportTest {
    private static final class Station implements Link.End {
        final List<byte[]> got = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void arrive(SkBuff frame) {
            got.add(frame.bytesFrom(frame.start()));
        }

        @Override
        public void ready() {}
    }

    private static byte[] frame(int first) {
        byte[] frame = new byte[60];
        frame[0] = (byte) first;
        return frame;
    }

    private static void crosses(Link link, Station station, int other) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(2000);
            assertThat(link.send(SkBuff.of(frame(2), 0, 60))).isTrue();
            assertThat(Files.read(other, m, 0, 2000)).isEqualTo(60);
            assertThat(m.get(Layouts.BYTE, 0)).isEqualTo((byte) 2);
            Layouts.copy(frame(3), m);
            assertThat(Files.write(other, m, 0, 60)).isEqualTo(60);
            Guest.await(() -> station.got.stream().anyMatch(f -> Arrays.equals(f, frame(3))));
        }
    }

    @Test
    void aDescriptorCarriesAFrameAMessage() {
        long pair = Sockets.socketpair(Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET);
        Station station = new Station();
        Link link = HostTransport.FD.connect(String.valueOf((int) pair), station);
        crosses(link, station, (int) (pair >> 32));
        Files.close((int) pair);
        Files.close((int) (pair >> 32));
    }

    @Test
    void aSwitchIsToldWhereTheFramesAreToGo(@TempDir Path directory) throws InterruptedException {
        String path = directory.resolve("ctl").toString();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(256);
            int listening = (int) Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM, 0);
            assertThat(Sockets.bind(listening, m, Sockets.unixAddress(path, m))).isZero();
            assertThat(Sockets.listen(listening, 1)).isZero();
            int data = (int) Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM, 0);
            MemorySegment own = arena.allocate(110);
            Sockets.unixAddress(path + ".data", own);
            assertThat(Sockets.bind(data, own, 110)).isZero();
            byte[] request = new byte[124];
            Thread server = Thread.ofPlatform().start(() -> {
                try (Arena mine = Arena.ofConfined()) {
                    int control = (int) Sockets.accept(listening, 0);
                    MemorySegment r = mine.allocate(124);
                    Files.read(control, r, 0, 124);
                    MemorySegment.copy(r, Layouts.BYTE, 0, request, 0, 124);
                    MemorySegment answer = mine.allocate(110);
                    Sockets.unixAddress(path + ".data", answer);
                    Files.write(control, answer, 0, 110);
                }
            });
            Station station = new Station();
            Link link = HostTransport.DAEMON.connect(path, station);
            server.join();
            assertThat(Arrays.copyOf(request, 14))
                    .containsExactly(0xce, 0xfa, 0xed, 0xfe, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0);
            Layouts.copy(Arrays.copyOfRange(request, 12, 122), m);
            assertThat(Sockets.connect(data, m, 110)).isZero();
            crosses(link, station, data);
        }
    }

    @Test
    void whatCannotBeOpenedIsOneClearLine() {
        assertThatThrownBy(() -> HostTransport.FD.connect("x", new Station()))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("'x' is no open descriptor");
        assertThatThrownBy(() -> HostTransport.DAEMON.connect("/nonexistent/ctl", new Station()))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("no switch listens at '/nonexistent/ctl'");
    }
}
