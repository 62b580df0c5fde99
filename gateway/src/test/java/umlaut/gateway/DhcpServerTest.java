package umlaut.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Test;
import umlaut.net.core.Be;

/** The DHCP server's answers to clients, good and bad (RFC 2131). */
class DhcpServerTest {
    private static byte[] message(int type, byte[] mac, int wanted) {
        byte[] b = new byte[DhcpServer.MIN];
        b[DhcpServer.OP] = 1;
        b[DhcpServer.HTYPE] = 1;
        b[DhcpServer.HLEN] = 6;
        System.arraycopy(mac, 0, b, DhcpServer.CHADDR, 6);
        Be.put32(b, DhcpServer.MAGIC, DhcpServer.COOKIE);
        byte[] options = {DhcpServer.TYPE, 1, (byte) type, DhcpServer.WANTED, 4, 0, 0, 0, 0, (byte) DhcpServer.END};
        Be.put32(options, 5, wanted);
        System.arraycopy(options, 0, b, DhcpServer.OPTIONS, options.length);
        return b;
    }

    private static int type(byte[] answer) {
        return DhcpServer.option(answer, DhcpServer.TYPE, 1);
    }

    @Test
    void theGuestGetsTheAddressThatItHas() {
        try (Guest guest = new Guest(false)) {
            DhcpServer server = guest.gateway.dhcp();
            byte[] offer = server.answer(message(DhcpServer.DISCOVER, NatAddresses.guestMac(), 0));
            assertThat(offer).isNotNull();
            assertThat(type(offer)).isEqualTo(DhcpServer.OFFER);
            int address = NatAddresses.GUEST4.v4();
            assertThat(Be.i32(offer, DhcpServer.YIADDR)).isEqualTo(address);
            assertThat(DhcpServer.option(offer, DhcpServer.ROUTER, 4)).isEqualTo(NatAddresses.GATEWAY4.v4());
            byte[] ack = server.answer(message(DhcpServer.REQUEST, NatAddresses.guestMac(), address));
            assertThat(type(ack)).isEqualTo(DhcpServer.ACK);
            byte[] nak = server.answer(message(DhcpServer.REQUEST, NatAddresses.guestMac(), address + 1));
            assertThat(type(nak)).isEqualTo(DhcpServer.NAK);
        }
    }

    @Test
    void othersGetAddressesUntilThereAreNone() {
        try (Guest guest = new Guest(false)) {
            DhcpServer server = guest.gateway.dhcp();
            int given = 0;
            for (int i = 0; i < 1000; i++) {
                byte[] mac = {2, 0, 0, 0, (byte) (i >> 8), (byte) i};
                byte[] offer = server.answer(message(DhcpServer.DISCOVER, mac, 0));
                given += offer == null ? 0 : 1;
            }
            assertThat(given).isEqualTo(NatAddresses.DYNAMIC_LAST - NatAddresses.DYNAMIC_FIRST + 1);
        }
    }

    @FuzzTest
    void anyMessage(FuzzedDataProvider data) {
        try (Guest guest = new Guest(false)) {
            byte[] message = message(data.consumeByte(), new byte[6], 0);
            byte[] options = data.consumeRemainingAsBytes();
            System.arraycopy(
                    options,
                    0,
                    message,
                    DhcpServer.OPTIONS,
                    Math.min(options.length, message.length - DhcpServer.OPTIONS));
            guest.gateway.dhcp().answer(message);
            guest.gateway.dhcp().answer(options);
        }
    }
}
