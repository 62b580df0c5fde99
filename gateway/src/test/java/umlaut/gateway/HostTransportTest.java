package umlaut.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
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

    private static final int FIRST = 20_000, PORTS = 10_000;

    private static void hears(Station station, Link from, int mark) {
        Guest.await(() -> {
            from.send(SkBuff.of(frame(mark), 0, 60));
            return station.got.stream().anyMatch(f -> f[0] == mark);
        });
    }

    /** Not every host has a way for multicasts. */
    private static Link groupLink(String group, Station station) {
        try {
            return HostTransport.MCAST.connect(group, station);
        } catch (GatewayException e) {
            assumeFalse(e.line.contains("No such device") || e.line.contains("unreachable"), e.line);
            throw e;
        }
    }

    @Test
    void aGroupIsEverybodyButOneself() {
        String group = "239.192.77.1:" + (FIRST + ThreadLocalRandom.current().nextInt(PORTS));
        Station a = new Station();
        Station b = new Station();
        Link la = groupLink(group, a);
        Link lb = HostTransport.MCAST.connect(group + ":1", b);
        hears(b, la, 4);
        hears(a, lb, 5);
        assertThat(a.got).noneMatch(f -> f[0] == 4);
        la.close();
        lb.close();
    }

    @Test
    void aPairIsJoinedByUdp() {
        int port = FIRST + ThreadLocalRandom.current().nextInt(PORTS);
        Station a = new Station();
        Station b = new Station();
        Link la = HostTransport.UCAST.connect("127.0.0.1:" + port + ":" + (port + 1), a);
        la.send(SkBuff.of(frame(1), 0, 60)); // nobody is there yet: no end of it
        Link lb = HostTransport.UCAST.connect("127.0.0.1:" + (port + 1) + ":" + port, b);
        hears(b, la, 4);
        hears(a, lb, 5);
        la.close();
        lb.close();
    }

    @Test
    void whatCannotBeOpenedIsOneClearLine() {
        for (String bad : List.of("10.0.0.1:5", "239.0.0.1:0", "239.0.0.1:5:300", "x", "239.0.0.1:5:1:1")) {
            assertThatThrownBy(() -> HostTransport.MCAST.connect(bad, new Station()))
                    .isInstanceOf(GatewayException.class)
                    .hasMessageStartingWith("--network mcast: ");
        }
        assertThatThrownBy(() -> HostTransport.UCAST.connect("10.0.0.1:5", new Station()))
                .hasMessageContaining("10.0.0.2:5000:5001");
        assertThatThrownBy(() -> HostTransport.FD.connect("x", new Station()))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("'x' is no open descriptor");
        assertThatThrownBy(() -> HostTransport.DAEMON.connect("/nonexistent/ctl", new Station()))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("no switch listens at '/nonexistent/ctl'");
    }
}
