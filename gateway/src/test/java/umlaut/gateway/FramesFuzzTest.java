package umlaut.gateway;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Random;
import org.junit.jupiter.api.Test;
import umlaut.net.core.Be;
import umlaut.net.core.Checksum;
import umlaut.net.core.IpAddress;
import umlaut.net.core.SkBuff;

/** Whatever frames a guest sends, the gateway trips over none and goes on. Addresses are those of the guest's own network, so that nothing leaves the host. */
class FramesFuzzTest {
    private static final IpAddress[] INSIDE = {
        NatAddresses.GATEWAY4, NatAddresses.DNS4, IpAddress.v4(0x0a000299), IpAddress.BROADCAST4
    };
    private static final IpAddress[] INSIDE6 = {NatAddresses.GATEWAY6, NatAddresses.DNS6, IpAddress.ALL_ROUTERS};

    private static final int ETHERNET = 14, IP = 20, IP6 = 40;
    private static final int[] PROTOCOLS = {1, 6, 17, 58, 2};

    private static void send(Guest guest, byte[] frame, int choice) {
        byte[] b = frame;
        System.arraycopy(NatAddresses.gatewayMac(), 0, b, 0, Math.min(6, b.length));
        if ((choice & 1) == 0 && b.length >= ETHERNET + IP) {
            Be.put16(b, 12, 0x0800);
            b[ETHERNET] = 0x45;
            Be.put16(b, ETHERNET + 2, b.length - ETHERNET);
            b[ETHERNET + 9] = (byte) PROTOCOLS[(choice >> 1 & 0xff) % PROTOCOLS.length];
            NatAddresses.GUEST4.put(b, ETHERNET + 12);
            INSIDE[(choice >> 9 & 0xff) % INSIDE.length].put(b, ETHERNET + 16);
            Be.put16(b, ETHERNET + 10, 0);
            Be.put16(b, ETHERNET + 10, Checksum.of(b, ETHERNET, IP));
        } else if (b.length >= ETHERNET + IP6) {
            Be.put16(b, 12, 0x86dd);
            b[ETHERNET] = 0x60;
            Be.put16(b, ETHERNET + 4, b.length - ETHERNET - IP6);
            b[ETHERNET + 6] = (byte) PROTOCOLS[(choice >> 1 & 0xff) % PROTOCOLS.length];
            NatAddresses.GUEST6.put16(b, ETHERNET + 8);
            INSIDE6[(choice >> 9 & 0xff) % INSIDE6.length].put16(b, ETHERNET + 24);
        }
        SkBuff skb = SkBuff.of(b, 0, b.length);
        // Not all checksums are worth guessing.
        skb.trusted = (choice & 0x20000) != 0;
        guest.gateway.send(skb);
    }

    @FuzzTest
    void anyFrames(FuzzedDataProvider data) {
        try (Guest guest = new Guest(false)) {
            while (data.remainingBytes() > 0) {
                int choice = data.consumeInt();
                send(guest, data.consumeBytes(400), choice);
            }
        }
    }

    @Test
    void aStormOfThem() {
        Random random = new Random(1);
        try (Guest guest = new Guest(false)) {
            for (int i = 0; i < 20_000; i++) {
                byte[] frame = new byte[random.nextInt(400)];
                random.nextBytes(frame);
                send(guest, frame, random.nextInt());
            }
        }
    }
}
