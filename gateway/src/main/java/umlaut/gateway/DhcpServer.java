package umlaut.gateway;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.ErrnoException;
import umlaut.abi.SockConst;
import umlaut.host.Layouts;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.wait.WaitEntry;
import umlaut.net.Message;
import umlaut.net.core.Be;
import umlaut.net.core.IpAddress;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;
import umlaut.net.inet.Sock;
import umlaut.net.inet.SocketAddress;
import umlaut.net.udp.UdpSock;

/**
 * Gives the guest its address when it asks (DHCP, RFC 2131; options of RFC 2132). The guest's own Ethernet address always gets the address that the machine configures at start, others get
 * further ones for as long as the gateway lives. Used by the loop's thread.
 */
final class DhcpServer {
    private static final int SERVER = 67, CLIENT = 68;
    // Places in a message.
    static final int OP = 0, HTYPE = 1, HLEN = 2, FLAGS = 10, CIADDR = 12, YIADDR = 16, SIADDR = 20, CHADDR = 28;
    static final int MAGIC = 236, OPTIONS = 240, MIN = 300, MAX = 1500;
    static final int COOKIE = 0x63825363;
    static final int DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5, NAK = 6, INFORM = 8;
    static final int MASK_OPTION = 1, ROUTER = 3, DNS = 6, MTU = 26, BROADCAST = 28;
    static final int WANTED = 50, LEASE = 51, TYPE = 53, SERVER_ID = 54, END = 255;
    private static final int LEASE_SECONDS = 86_400;

    private final NetNamespace net;
    private final NetDevice device;
    private final HostLoop loop;
    private final UdpSock sock;
    /** Last number of the address of each further Ethernet address. */
    private final Map<Long, Integer> leases = new HashMap<>();

    DhcpServer(HostLoop loop, NetNamespace net, NetDevice device) {
        this.loop = loop;
        this.net = net;
        this.device = device;
        sock = new UdpSock(net.udp, SockConst.AF_INET, Sock.SockOwner.none(0));
        sock.readers.add(new WaitEntry(
                events -> {
                    loop.post(this::receive);
                    return false;
                },
                false));
        net.lock();
        try {
            sock.bind(null, SocketAddress.of(IpAddress.ANY4, SERVER));
        } finally {
            net.unlock();
        }
    }

    private void receive() {
        while (true) {
            Message message = new Message(new IovIter().kernel(loop.buffer, 0, MAX), SockConst.MSG_DONTWAIT);
            long n = sock.receive(message);
            if (n < 0) {
                return;
            }
            byte[] request = new byte[(int) n];
            MemorySegment.copy(loop.buffer, Layouts.BYTE, 0, request, 0, request.length);
            byte[] answer = answer(request);
            if (answer != null) {
                send(answer, request);
            }
        }
    }

    /** To where the client can hear it: its address, if it has one, else to all. */
    private void send(byte[] answer, byte[] request) {
        SkBuff skb = SkBuff.allocate(answer.length);
        skb.put(answer, 0, answer.length);
        int own = Be.i32(request, CIADDR);
        IpAddress to = own == 0 ? IpAddress.BROADCAST4 : IpAddress.v4(own);
        net.lock();
        try {
            net.udp.sendAs(skb, NatAddresses.GATEWAY4, SERVER, to, CLIENT, device.index);
        } catch (ErrnoException e) {
            skb.release();
        } finally {
            net.unlock();
        }
    }

    /** @return null: none is due */
    byte @Nullable [] answer(byte[] request) {
        boolean fits = request.length >= OPTIONS
                && request[OP] == 1
                && request[HTYPE] == 1
                && request[HLEN] == 6
                && Be.i32(request, MAGIC) == COOKIE;
        if (!fits) {
            return null;
        }
        int type = option(request, TYPE, 1);
        int server = option(request, SERVER_ID, 4);
        if (server != 0 && server != NatAddresses.GATEWAY4.v4()) {
            return null; // meant for another server
        }
        IpAddress mine = addressOf(request);
        switch (type) {
            case DISCOVER -> {
                return mine == null ? null : reply(request, OFFER, mine);
            }
            case REQUEST -> {
                int wanted = option(request, WANTED, 4);
                int asked = wanted != 0 ? wanted : Be.i32(request, CIADDR);
                boolean right = mine != null && asked == mine.v4();
                return right && mine != null ? reply(request, ACK, mine) : reply(request, NAK, IpAddress.ANY4);
            }
            case INFORM -> {
                return reply(request, ACK, IpAddress.ANY4);
            }
            default -> {
                return null; // a release or decline: addresses are never given to others
            }
        }
    }

    /** An option's value as a number, 0 if it is not there or of another length. */
    static int option(byte[] message, int wanted, int length) {
        for (int at = OPTIONS; at < message.length; ) {
            int code = message[at] & 0xff;
            if (code == END || code != 0 && at + 1 >= message.length) {
                return 0;
            }
            if (code == 0) {
                at++;
                continue;
            }
            int size = message[at + 1] & 0xff;
            if (code == wanted && size == length && at + 2 + size <= message.length) {
                return length == 4 ? Be.i32(message, at + 2) : message[at + 2] & 0xff;
            }
            at += 2 + size;
        }
        return 0;
    }

    /** @return null: there are no more */
    private @Nullable IpAddress addressOf(byte[] request) {
        byte[] guest = NatAddresses.guestMac();
        long mac = 0;
        long own = 0;
        for (int i = 0; i < 6; i++) {
            mac = mac << 8 | request[CHADDR + i] & 0xff;
            own = own << 8 | guest[i] & 0xff;
        }
        if (mac == own) {
            return NatAddresses.GUEST4;
        }
        int next = NatAddresses.DYNAMIC_FIRST + leases.size();
        Integer known = next > NatAddresses.DYNAMIC_LAST ? leases.get(mac) : leases.computeIfAbsent(mac, m -> next);
        return known == null ? null : NatAddresses.guest4(known);
    }

    private static byte[] reply(byte[] request, int type, IpAddress address) {
        byte[] b = new byte[MIN];
        System.arraycopy(request, 0, b, 0, CHADDR + 16);
        b[OP] = 2;
        b[3] = 0; // hops
        Be.put32(b, 8, Be.u16(request, FLAGS)); // secs are none, flags as asked
        Be.put32(b, YIADDR, address.v4());
        Be.put32(b, SIADDR, 0);
        Be.put32(b, MAGIC, COOKIE);
        int at = OPTIONS;
        at = put(b, at, TYPE, 1, type);
        at = put(b, at, SERVER_ID, 4, NatAddresses.GATEWAY4.v4());
        if (type != NAK) {
            if (!address.isAny()) {
                at = put(b, at, LEASE, 4, LEASE_SECONDS);
            }
            at = put(b, at, MASK_OPTION, 4, IpAddress.mask4(NatAddresses.LENGTH4));
            at = put(b, at, ROUTER, 4, NatAddresses.GATEWAY4.v4());
            at = put(b, at, DNS, 4, NatAddresses.DNS4.v4());
            at = put(b, at, BROADCAST, 4, NatAddresses.BROADCAST4.v4());
            at = put(b, at, MTU, 2, NatAddresses.MTU);
        }
        b[at] = (byte) END;
        return b;
    }

    private static int put(byte[] b, int at, int code, int length, int value) {
        b[at] = (byte) code;
        b[at + 1] = (byte) length;
        switch (length) {
            case 1 -> b[at + 2] = (byte) value;
            case 2 -> Be.put16(b, at + 2, value);
            default -> Be.put32(b, at + 2, value);
        }
        return at + 2 + length;
    }
}
