package umlaut.gateway;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.host.Files;
import umlaut.host.InetSockets;
import umlaut.host.Layouts;
import umlaut.net.core.IpAddress;
import umlaut.net.core.SkBuff;
import umlaut.net.device.Link;

/**
 * User-mode Linux's mcast and ucast: each frame is a datagram of UDP, to a multicast group that all machines of the network have joined, or to one other machine (arch/um/drivers/umcast_user.c). What
 * UDP loses is lost; errors, which tell that nobody listens yet, are no news. A group's own frames come back and are known by the socket that sent them.
 */
final class DatagramLink implements Link {
    private static final String GROUP = "239.192.168.1", GROUP_PORT = "1102";
    private static final int MAX_FRAME = 65507, MIN_FRAME = 14, TURN = 64, MAX_PORT = 65535, MAX_TTL = 255;

    private final HostLoop loop;
    private final int in;
    private final int out;
    private final End device;
    private final MemorySegment frame = Arena.ofAuto().allocate(MAX_FRAME, 64);
    private final byte[] own = new byte[6];
    private final byte[] sender = new byte[6];
    private volatile boolean closed;

    /** @param in may be the same as {@code out} */
    private DatagramLink(HostLoop loop, int in, int out, End device) {
        this.loop = loop;
        this.in = in;
        this.out = out;
        this.device = device;
        if (in != out) {
            InetSockets.localName(out, own);
        }
        loop.watch(in, HostLoop.IN, events -> receive());
    }

    /** @param argument {@code [ADDRESS[:PORT[:TTL]]]} */
    static Link group(String argument, End device, HostLoop loop) {
        List<String> words = List.of(argument.split(":", -1));
        byte[] address = address("mcast", words.getFirst().isEmpty() ? GROUP : words.getFirst());
        int port = number("mcast", word(words, 1, GROUP_PORT), MAX_PORT);
        int ttl = number("mcast", word(words, 2, "1"), MAX_TTL);
        if ((address[0] & 0xf0) != 0xe0 || words.size() > 3) {
            throw bad(
                    "mcast",
                    "'" + argument + "' must be a group's address, a port and a hop limit, as " + GROUP + ":"
                            + GROUP_PORT + ":1");
        }
        int in = (int) check("mcast", InetSockets.udp(address), -1);
        check("mcast", InetSockets.joinGroup(in, address, port), in);
        int out = (int) check("mcast", InetSockets.udp(address), in);
        InetSockets.multicast(out, ttl);
        check("mcast", InetSockets.connect(out, address, port), in);
        return new DatagramLink(loop, in, out, device);
    }

    /** @param argument {@code ADDRESS:OWNPORT:ITSPORT} */
    static Link pair(String argument, End device, HostLoop loop) {
        List<String> words = List.of(argument.split(":", -1));
        if (words.size() != 3) {
            throw bad(
                    "ucast",
                    "'" + argument
                            + "' must be an address, the port to receive by and the port to send to, as 10.0.0.2:5000:5001");
        }
        byte[] address = address("ucast", words.getFirst());
        int fd = (int) check("ucast", InetSockets.udp(address), -1);
        check("ucast", InetSockets.bind(fd, new byte[4], number("ucast", words.get(1), MAX_PORT), false), fd);
        check("ucast", InetSockets.connect(fd, address, number("ucast", words.get(2), MAX_PORT)), fd);
        return new DatagramLink(loop, fd, fd, device);
    }

    private static String word(List<String> words, int at, String otherwise) {
        return at < words.size() && !words.get(at).isEmpty() ? words.get(at) : otherwise;
    }

    private static byte[] address(String who, String text) {
        @Nullable IpAddress address = IpAddress.parse(text);
        if (address == null || !address.isV4()) {
            throw bad(who, "'" + text + "' is no IPv4 address");
        }
        return address.bytes();
    }

    private static int number(String who, String text, int most) {
        int value = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
        if (value < 1 || value > most) {
            throw bad(who, "'" + text + "' is no number from 1 to " + most);
        }
        return value;
    }

    private static long check(String who, long result, int fd) {
        if (result < 0) {
            if (fd >= 0) {
                Files.close(fd);
            }
            throw bad(who, "the host says: " + Errno.of((int) -result).message());
        }
        return result;
    }

    private static GatewayException bad(String who, String why) {
        return new GatewayException("--network " + who + ": " + why);
    }

    @Override
    public boolean send(SkBuff skb) {
        int length = skb.length();
        if (length <= MAX_FRAME) {
            byte[] bytes = skb.bytesFrom(skb.start());
            MemorySegment.copy(bytes, 0, frame, Layouts.BYTE, 0, length);
            synchronized (frame) {
                if (!closed) {
                    InetSockets.send(out, frame, length);
                }
            }
        }
        skb.release();
        return true;
    }

    private void receive() {
        for (int i = 0; i < TURN && !closed; i++) {
            long n = InetSockets.recvFrom(in, loop.buffer, HostLoop.BUFFER, sender);
            if (n == Errno.EAGAIN.negative()) {
                return;
            }
            if (n >= MIN_FRAME && !(in != out && Arrays.equals(sender, own))) {
                byte[] bytes = new byte[(int) n];
                MemorySegment.copy(loop.buffer, Layouts.BYTE, 0, bytes, 0, bytes.length);
                device.arrive(SkBuff.of(bytes, 0, bytes.length));
            }
        }
    }

    @Override
    public void close() {
        synchronized (frame) {
            if (!closed) {
                closed = true;
                loop.close(in);
                if (in != out) {
                    Files.close(out);
                }
            }
        }
    }
}
