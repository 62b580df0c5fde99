package umlaut.net.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import umlaut.abi.IfConst;
import umlaut.abi.SockConst;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.SkBuff;

/** Whatever comes in by a wire, the stack trips over none of it and goes on working. */
class PacketsFuzzTest {
    private static void arrive(TwoStacks net, byte[] packet, int protocol) {
        net.b.lock();
        try {
            SkBuff skb = SkBuff.of(packet, 0, packet.length);
            skb.protocol = protocol;
            net.wireB.input(skb);
        } finally {
            net.b.unlock();
        }
        net.run(1_000_000);
    }

    @FuzzTest
    void anyPacket(FuzzedDataProvider data) {
        TwoStacks net = new TwoStacks(1, 1500);
        net.listen(net.b, SockConst.AF_INET6, 80);
        while (data.remainingBytes() > 0) {
            boolean four = data.consumeBoolean();
            byte[] packet = data.consumeBytes(200);
            if (four && packet.length >= 20) {
                packet[0] = (byte) (0x40 | packet[0] & 15);
                Be.put16(packet, 2, packet.length);
                TwoStacks.B.put(packet, 16);
                Be.put16(packet, 10, 0);
                int header = Math.min(packet.length, (packet[0] & 15) * 4);
                Be.put16(packet, 10, Checksum.of(packet, 0, header));
            } else if (packet.length >= 40) {
                packet[0] = 0x60;
                Be.put16(packet, 4, packet.length - 40);
                TwoStacks.B6.put16(packet, 24);
            }
            arrive(net, packet, four ? IfConst.ETH_P_IP : IfConst.ETH_P_IPV6);
        }
        net.run(100_000_000_000L);
        assertThat(net.faults).isEmpty();
    }

    /** Segments of an open connection with any flags, numbers and options. */
    @FuzzTest
    void anySegment(FuzzedDataProvider data) {
        TwoStacks net = new TwoStacks(1, 1500);
        net.listen(net.b, SockConst.AF_INET, 80);
        TcpSock client = net.socket(net.a, SockConst.AF_INET);
        net.connect(client, TwoStacks.B, 80);
        net.run(10_000_000);
        while (data.remainingBytes() > 0) {
            int seq = client.sndNxt + data.consumeInt(-70000, 70000);
            int ack = client.rcvNxt + data.consumeInt(-70000, 70000);
            byte[] packet =
                    PacketBytes.tcp(TwoStacks.A, TwoStacks.B, client.localPort, 80, seq, ack, data.consumeByte());
            arrive(net, packet, IfConst.ETH_P_IP);
        }
        net.run(100_000_000_000L);
        assertThat(net.faults).isEmpty();
    }
}
