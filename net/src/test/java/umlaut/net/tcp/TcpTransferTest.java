package umlaut.net.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import umlaut.abi.Errno;
import umlaut.abi.IfConst;
import umlaut.abi.InetConst;
import umlaut.abi.SockConst;
import umlaut.kernel.wait.BlockingOp;
import umlaut.net.core.Counter;
import umlaut.net.core.IpAddress;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.SocketAddress;

/** Data arrives whole and in order whatever the wire does to packets, and connections end as RFC 9293 says. */
class TcpTransferTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int PORT = 80;

    private static byte[] bytes(int count) {
        byte[] data = new byte[count];
        new Random(7).nextBytes(data);
        return data;
    }

    /** Sends all of {@code data} from one end to the other, and ends the stream. */
    private static byte[] transfer(TwoStacks net, TcpSock from, TcpSock to, byte[] data, long limitNs) {
        byte[] got = new byte[data.length];
        int sent = 0;
        int received = 0;
        boolean ended = false;
        long deadline = net.now() + limitNs;
        while (!ended && net.now() < deadline) {
            if (sent < data.length) {
                long n = TwoStacks.send(from, data, sent, Math.min(100_000, data.length - sent), 0);
                sent += n > 0 ? (int) n : 0;
                if (sent == data.length) {
                    from.net.lock();
                    from.shutdown(SockConst.SHUT_WR);
                    from.net.unlock();
                }
            }
            net.run(2_000_000);
            long n = TwoStacks.receive(to, got, received, got.length - received);
            while (n > 0) {
                received += (int) n;
                n = received < got.length ? TwoStacks.receive(to, got, received, got.length - received) : 0;
            }
            ended = received == got.length && TwoStacks.receive(to, new byte[1], 0, 1) == 0;
        }
        assertThat(ended)
                .as("the end has come; got %d of %d", received, data.length)
                .isTrue();
        return got;
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1500, 0, 0, 0, 4", "2, 1500, 0.01, 0, 0, 4", "3, 1500, 0.05, 0, 0, 4", "4, 1500, 0, 0.2, 0, 4",
        "5, 1500, 0, 0, 0.1, 4", "6, 1500, 0.03, 0.1, 0.05, 4", "7, 576, 0.02, 0.1, 0, 4", "8, 9000, 0.02, 0, 0, 4",
        "9, 1500, 0.02, 0.1, 0.02, 6", "10, 1280, 0.05, 0, 0, 6"
    })
    void anyWire(long seed, int mtu, double loss, double swap, double doubled, int version) {
        TwoStacks net = new TwoStacks(seed, mtu);
        net.loss = loss;
        net.swap = swap;
        net.doubled = doubled;
        boolean four = version == 4;
        int family = four ? SockConst.AF_INET : SockConst.AF_INET6;
        TcpSock listener = net.listen(net.b, family, PORT);
        TcpSock client = net.socket(net.a, family);
        assertThat(net.connect(client, four ? TwoStacks.B : TwoStacks.B6, PORT))
                .isEqualTo(Errno.EINPROGRESS.negative());
        for (int i = 0; i < 100 && client.state() != InetConst.TCP_ESTABLISHED; i++) {
            net.run(SECOND);
        }
        assertThat(client.state()).isEqualTo(InetConst.TCP_ESTABLISHED);
        // The last acknowledgement may have been lost: data brings it.
        byte[] hello = {1};
        TwoStacks.send(client, hello, 0, 1, 0);
        net.run(30 * SECOND);
        TcpSock server = net.accept(listener);
        assertThat(TwoStacks.receive(server, new byte[1], 0, 1)).isEqualTo(1);

        byte[] data = bytes(600_000);
        assertThat(Arrays.equals(transfer(net, client, server, data, 600 * SECOND), data))
                .isTrue();
        assertThat(Arrays.equals(transfer(net, server, client, data, 600 * SECOND), data))
                .isTrue();
        net.close(client);
        net.close(server);
        net.run(300 * SECOND);
        assertThat(net.a.tcp.socks()).isEmpty();
        assertThat(net.b.tcp.socks()).containsExactly(listener);
        assertThat(net.a.tcp.timeWaits()).isEmpty();
        assertThat(net.b.tcp.timeWaits()).isEmpty();
        assertThat(net.faults).isEmpty();
    }

    /** Packets that come late are not lost, and the window is given back when the receiver says so; time is the test's own. */
    @ParameterizedTest
    @CsvSource({"0.05, 0, 550", "0.2, 0, 1200", "0, 0.01, 500", "0, 0.05, 1100"})
    void aWireThatSwapsOrLoses(double swap, double loss, long limitMs) {
        TwoStacks net = new TwoStacks(11, 1500);
        TcpSock[] pair = pair(net);
        net.swap = swap;
        net.loss = loss;
        byte[] data = bytes(4_000_000);
        long begin = net.now();
        assertThat(Arrays.equals(transfer(net, pair[0], pair[1], data, 600 * SECOND), data))
                .isTrue();
        assertThat(net.now() - begin).isLessThan(limitMs * 1_000_000);
        long undone = net.a.counters.get(Counter.EXT_TCP_DSACK_UNDO) + net.a.counters.get(Counter.EXT_TCP_PARTIAL_UNDO);
        assertThat(undone > 0).isEqualTo(swap > 0);
        assertThat(net.a.counters.get(Counter.EXT_TCP_TIMEOUTS)).isZero();
    }

    /** Handshakes that nobody completes; the program goes meanwhile. */
    @Test
    void aListenerEndsWithItsRequests() {
        TwoStacks net = new TwoStacks(1, 1500);
        TcpSock listener = net.listen(net.b, SockConst.AF_INET, PORT);
        TcpSock client = net.socket(net.a, SockConst.AF_INET);
        net.connect(client, TwoStacks.B, PORT);
        net.loss = 1; // from the answer on
        net.run(SECOND / 10);
        assertThat(net.b.tcp.requests()).hasSize(1);
        net.close(listener);
        net.run(SECOND);
        assertThat(net.b.tcp.requests()).isEmpty();
        assertThat(net.faults).isEmpty();
    }

    @Test
    void aClosedPortRefuses() {
        TwoStacks net = new TwoStacks(1, 1500);
        TcpSock client = net.socket(net.a, SockConst.AF_INET);
        net.connect(client, TwoStacks.B, PORT);
        net.run(SECOND / 10);
        assertThat(client.state()).isEqualTo(InetConst.TCP_CLOSE);
        assertThat(client.takeError()).isEqualTo(Errno.ECONNREFUSED.number());
    }

    @Test
    void nobodyAnswers() {
        TwoStacks net = new TwoStacks(1, 1500);
        net.loss = 1;
        TcpSock client = net.socket(net.a, SockConst.AF_INET);
        net.connect(client, TwoStacks.B, PORT);
        net.run(60 * SECOND);
        assertThat(client.state()).isEqualTo(InetConst.TCP_SYN_SENT);
        net.run(100 * SECOND);
        assertThat(client.takeError()).isEqualTo(Errno.ETIMEDOUT.number());
    }

    @Test
    void aDeadPeerIsGivenUp() {
        TwoStacks net = new TwoStacks(1, 1500);
        TcpSock[] pair = pair(net);
        net.loss = 1;
        TwoStacks.send(pair[0], bytes(100), 0, 100, 0);
        net.run(3000 * SECOND);
        assertThat(pair[0].takeError()).isEqualTo(Errno.ETIMEDOUT.number());
    }

    private static TcpSock[] pair(TwoStacks net) {
        TcpSock listener = net.listen(net.b, SockConst.AF_INET, PORT);
        TcpSock client = net.socket(net.a, SockConst.AF_INET);
        net.connect(client, TwoStacks.B, PORT);
        net.run(SECOND / 10);
        return new TcpSock[] {client, net.accept(listener)};
    }

    @Test
    void aClosedWindowIsProbedAndOpensAgain() {
        TwoStacks net = new TwoStacks(1, 1500);
        TcpSock[] pair = pair(net);
        byte[] data = bytes(3_000_000);
        int sent = 0;
        for (int i = 0; i < 200; i++) {
            long n = TwoStacks.send(pair[0], data, sent, Math.min(100_000, data.length - sent), 0);
            sent += n > 0 ? (int) n : 0;
            net.run(SECOND / 100);
        }
        assertThat(TwoStacks.send(pair[0], data, 0, 10, 0)).isEqualTo(BlockingOp.WOULD_BLOCK);
        net.run(100 * SECOND);
        assertThat(pair[0].state()).isEqualTo(InetConst.TCP_ESTABLISHED);
        byte[] got = new byte[sent];
        int received = 0;
        for (int i = 0; i < 2000 && received < sent; i++) {
            long n = TwoStacks.receive(pair[1], got, received, sent - received);
            received += n > 0 ? (int) n : 0;
            net.run(SECOND / 10);
        }
        assertThat(received).isEqualTo(sent);
        assertThat(Arrays.equals(got, Arrays.copyOf(data, sent))).isTrue();
    }

    @Test
    void closingWithUnreadDataResets() {
        TwoStacks net = new TwoStacks(1, 1500);
        TcpSock[] pair = pair(net);
        TwoStacks.send(pair[0], bytes(10), 0, 10, 0);
        net.run(SECOND / 10);
        net.close(pair[1]);
        net.run(SECOND / 10);
        assertThat(pair[0].takeError()).isEqualTo(Errno.ECONNRESET.number());
    }

    @Test
    void bothCloseAtOnce() {
        TwoStacks net = new TwoStacks(1, 1500);
        TcpSock[] pair = pair(net);
        net.close(pair[0]);
        net.close(pair[1]);
        net.run(SECOND);
        assertThat(net.a.tcp.timeWaits()).hasSize(1);
        assertThat(net.b.tcp.timeWaits()).hasSize(1);
        net.run(70 * SECOND);
        assertThat(net.a.tcp.timeWaits()).isEmpty();
        assertThat(net.b.tcp.timeWaits()).isEmpty();
    }

    @Test
    void bothCallAtOnce() {
        TwoStacks net = new TwoStacks(1, 1500);
        TcpSock a = net.socket(net.a, SockConst.AF_INET);
        TcpSock b = net.socket(net.b, SockConst.AF_INET);
        for (TcpSock s : new TcpSock[] {a, b}) {
            s.net.lock();
            s.bind(null, SocketAddress.of(s.any(), PORT));
            s.net.unlock();
        }
        net.connect(a, TwoStacks.B, PORT);
        net.connect(b, TwoStacks.A, PORT);
        net.run(SECOND);
        assertThat(a.state()).isEqualTo(InetConst.TCP_ESTABLISHED);
        assertThat(b.state()).isEqualTo(InetConst.TCP_ESTABLISHED);
        TwoStacks.send(a, new byte[] {42}, 0, 1, 0);
        net.run(SECOND);
        byte[] got = new byte[1];
        assertThat(TwoStacks.receive(b, got, 0, 1)).isEqualTo(1);
        assertThat(got[0]).isEqualTo((byte) 42);
    }

    @Test
    void aFloodOfCallsLeavesTheListenerAtWork() {
        TwoStacks net = new TwoStacks(1, 1500);
        TcpSock listener = net.listen(net.b, SockConst.AF_INET, PORT);
        for (int i = 0; i < 20_000; i++) {
            byte[] syn = PacketBytes.tcp(
                    IpAddress.v4(0x0a010000 + i), TwoStacks.B, 1000 + i % 60000, PORT, i, 0, TcpHeader.SYN);
            net.b.lock();
            SkBuff skb = SkBuff.of(syn, 0, syn.length);
            skb.protocol = IfConst.ETH_P_IP;
            net.wireB.input(skb);
            net.b.unlock();
        }
        assertThat(net.b.tcp.requests().size()).isLessThanOrEqualTo(6);
        TcpSock client = net.socket(net.a, SockConst.AF_INET);
        net.connect(client, TwoStacks.B, PORT);
        net.run(SECOND / 10);
        assertThat(client.state()).isEqualTo(InetConst.TCP_ESTABLISHED);
        TcpSock server = net.accept(listener);
        TwoStacks.send(client, bytes(5), 0, 5, 0);
        net.run(SECOND);
        assertThat(TwoStacks.receive(server, new byte[10], 0, 10)).isEqualTo(5);
        assertThat(net.faults).isEmpty();
    }
}
