package umlaut.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import umlaut.abi.Errno;
import umlaut.net.core.IpAddress;
import umlaut.net.inet.SocketAddress;
import umlaut.net.tcp.TcpSock;
import umlaut.net.udp.UdpSock;

/** What a guest's sockets see of the host's by the gateway, and the other way round. All on the host's loopback. */
class NatGatewayTest {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private static ServerSocket server(boolean v4) throws IOException {
        return new ServerSocket(0, 50, InetAddress.getByName(v4 ? "127.0.0.1" : "::1"));
    }

    private static byte[] random(int size) {
        byte[] data = new byte[size];
        new Random(size).nextBytes(data);
        return data;
    }

    /** Reads to the end, then writes it all back. */
    private static void echoOne(ServerSocket server) {
        Thread.ofPlatform().daemon().start(() -> {
            try (Socket client = server.accept()) {
                byte[] all = client.getInputStream().readAllBytes();
                client.getOutputStream().write(all);
            } catch (IOException e) {
                // The test sees that nothing comes.
            }
        });
    }

    private static byte[] readAll(TcpSock sock, int most) {
        byte[] all = new byte[most + 1];
        int got = 0;
        for (long n; (n = Guest.receive(sock, all, got)) > 0; ) {
            got += (int) n;
        }
        return Arrays.copyOf(all, got);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionCarriesBytesAndEndsOfDirections(boolean v4) throws IOException {
        try (ServerSocket server = server(v4);
                Guest guest = new Guest(true)) {
            echoOne(server);
            TcpSock sock = guest.tcp();
            IpAddress to = v4 ? NatAddresses.GATEWAY4 : NatAddresses.GATEWAY6;
            assertThat(guest.connect(sock, to, server.getLocalPort())).isZero();
            byte[] data = random(3_000_000);
            Guest.send(sock, data);
            guest.shutdown(sock);
            assertThat(readAll(sock, data.length)).isEqualTo(data);
        }
    }

    @Test
    void theHostIsClosedToGuestsThatMayNot() throws IOException {
        try (ServerSocket server = server(true);
                Guest guest = new Guest(false)) {
            int port = server.getLocalPort();
            assertThat(guest.connect(guest.tcp(), NatAddresses.GATEWAY4, port)).isEqualTo(Errno.ECONNREFUSED.number());
            assertThat(guest.connect(guest.tcp(), IpAddress.v4(0xa9fea9fe), 80)).isEqualTo(Errno.EHOSTUNREACH.number());
            IpAddress own = ownAddress();
            assumeThat(own).isNotNull();
            assertThat(guest.connect(guest.tcp(), own, port)).isEqualTo(Errno.EHOSTUNREACH.number());
        }
    }

    private static IpAddress ownAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(a -> !a.isLoopbackAddress() && a.getAddress().length == 4)
                .findFirst()
                .map(a -> IpAddress.of(a.getAddress(), 0, 4))
                .orElse(null);
    }

    /** RFC 4862: an address of its own making, after it has asked for routers. */
    @Test
    void aGuestThatAsksForRoutersIsToldTheNetwork() {
        IpAddress made = IpAddress.parse("fd75:6d6c:6175:7400:75:6dff:fe6c:f");
        try (Guest guest = new Guest(false)) {
            Guest.await(() -> {
                guest.net.lock();
                try {
                    return guest.eth0.addresses.stream().anyMatch(a -> a.local.equals(made));
                } finally {
                    guest.net.unlock();
                }
            });
            assertThat(guest.faults).isEmpty();
        }
    }

    @Test
    void aClosedPortRefuses() throws IOException {
        int closed;
        try (ServerSocket server = server(true)) {
            closed = server.getLocalPort();
        }
        try (Guest guest = new Guest(true)) {
            assertThat(guest.connect(guest.tcp(), NatAddresses.GATEWAY4, closed))
                    .isEqualTo(Errno.ECONNREFUSED.number());
            UdpSock sock = guest.udp(0);
            connect(guest, sock, closed);
            Guest.send(sock, new byte[1]);
            assertThat(Guest.receive(sock, new byte[1], 0)).isEqualTo(Errno.ECONNREFUSED.negative());
        }
    }

    private static void connect(Guest guest, UdpSock sock, int port) {
        guest.net.lock();
        try {
            sock.connect(SocketAddress.of(NatAddresses.GATEWAY4, port), true, true);
        } finally {
            guest.net.unlock();
        }
    }

    @Test
    void aResetOfTheHostsIsTheGuests() throws IOException {
        try (ServerSocket server = server(true);
                Guest guest = new Guest(true)) {
            TcpSock sock = guest.tcp();
            assertThat(guest.connect(sock, NatAddresses.GATEWAY4, server.getLocalPort()))
                    .isZero();
            Socket other = server.accept();
            other.setSoLinger(true, 0);
            other.close();
            assertThat(Guest.receive(sock, new byte[1], 0)).isEqualTo(Errno.ECONNRESET.negative());
        }
    }

    @Test
    void datagramsFindTheirWayBack() throws IOException {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
                Guest guest = new Guest(true)) {
            UdpSock sock = guest.udp(0);
            connect(guest, sock, server.getLocalPort());
            byte[] data = random(9000);
            Guest.send(sock, data);
            DatagramPacket packet = new DatagramPacket(new byte[10_000], 10_000);
            server.receive(packet);
            assertThat(Arrays.copyOf(packet.getData(), packet.getLength())).isEqualTo(data);
            server.send(packet);
            byte[] back = new byte[data.length];
            assertThat(Guest.receive(sock, back, 0)).isEqualTo(data.length);
            assertThat(back).isEqualTo(data);
        }
    }

    /** The port that the host chose. */
    private static int port(Guest guest) {
        String where = guest.told.getFirst().split(" ")[0];
        return Integer.parseInt(where.substring(where.lastIndexOf(':') + 1));
    }

    @Test
    void aPublishedPortLeadsToTheGuest() throws IOException {
        try (Guest guest = new Guest(false, new PublishedPort(LOOPBACK, 0, 80, false))) {
            TcpSock listener = guest.listen(80);
            try (Socket client = new Socket("127.0.0.1", port(guest))) {
                byte[] data = random(300_000);
                client.getOutputStream().write(data);
                client.shutdownOutput();
                TcpSock sock = guest.accept(listener);
                assertThat(readAll(sock, data.length)).isEqualTo(data);
                Guest.send(sock, data);
                guest.shutdown(sock);
                assertThat(client.getInputStream().readAllBytes()).isEqualTo(data);
            }
        }
    }

    @Test
    void aPublishedPortWhereNobodyListensResets() throws IOException {
        try (Guest guest = new Guest(false, new PublishedPort(LOOPBACK, 0, 80, false));
                Socket client = new Socket("127.0.0.1", port(guest))) {
            assertThatThrownBy(() -> {
                        if (client.getInputStream().read() < 0) {
                            throw new IOException("an orderly end");
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void aPublishedUdpPortAnswersWhoAsked() throws IOException {
        try (Guest guest = new Guest(false, new PublishedPort(LOOPBACK, 0, 53, true));
                DatagramSocket client = new DatagramSocket()) {
            UdpSock sock = guest.udp(53);
            byte[] data = {1, 2, 3};
            InetAddress loopback = InetAddress.getByAddress(LOOPBACK);
            client.send(new DatagramPacket(data, data.length, loopback, port(guest)));
            byte[] got = new byte[3];
            assertThat(Guest.receive(sock, got, 0)).isEqualTo(3);
            assertThat(got).isEqualTo(data);
        }
    }

    @Test
    void aTakenPortIsOneClearLine() throws IOException {
        try (ServerSocket taken = server(true)) {
            PublishedPort port = new PublishedPort(LOOPBACK, taken.getLocalPort(), 80, false);
            assertThatThrownBy(() -> new Guest(false, port).close())
                    .isInstanceOf(GatewayException.class)
                    .hasMessageContaining("127.0.0.1 port " + taken.getLocalPort() + " of the host is taken");
        }
    }

    @Test
    void whatTheGuestSentBeforeItEndedArrives() throws IOException {
        try (ServerSocket server = server(true)) {
            byte[] data = random(200_000);
            try (Guest guest = new Guest(true)) {
                TcpSock sock = guest.tcp();
                assertThat(guest.connect(sock, NatAddresses.GATEWAY4, server.getLocalPort()))
                        .isZero();
                Guest.send(sock, data);
                guest.shutdown(sock);
            }
            try (Socket other = server.accept()) {
                assertThat(other.getInputStream().readNBytes(data.length)).isEqualTo(data);
            }
        }
    }
}
