package umlaut.net.nftables;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import umlaut.abi.ErrnoException;
import umlaut.net.core.Be;
import umlaut.net.core.ChunkPool;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.NetTimers;
import umlaut.net.core.SkBuff;
import umlaut.net.netfilter.NfHook;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Whatever rules a guest's root makes, right ones and spoilt ones, neither they nor packets that run through them trip the stack. */
class RandomRulesTest {
    private static final int HEADER = 20, CREATE = 0xc00, ROUNDS = 3000, RULES = 8, PACKETS = 6;
    private static final String[] EXPRESSIONS = {
        "payload", "meta", "cmp", "range", "bitwise", "byteorder", "immediate", "counter", "quota", "limit", "ct",
                "notrack",
        "nat", "masq", "redir", "log", "lookup", "dynset", "objref", "reject", "fib", "numgen", "match", "target"
    };
    private static final String[] MATCHES = {
        "conntrack",
        "addrtype",
        "multiport",
        "iprange",
        "mark",
        "tcp",
        "udp",
        "icmp",
        "icmp6",
        "pkttype",
        "length",
        "statistic",
        "limit",
        "mac",
        "state",
        "MASQUERADE",
        "REDIRECT",
        "REJECT",
        "LOG",
        "TCPMSS",
        "SNAT",
        "DNAT",
        "MARK"
    };

    private final Random random = new Random(20);
    private final NetNamespace net = new NetNamespace(
            new NetTimers.Host() {
                @Override
                public long nowNs() {
                    return 1_000_000_000L;
                }

                @Override
                public long realtimeNs() {
                    return 1_000_000_000L;
                }

                @Override
                public void alarm(long atNs) {}
            },
            new ChunkPool(),
            fault -> {
                throw fault;
            },
            new ThreadLocal<>(),
            1);

    @Test
    void neitherRulesNorPacketsTripTheStack() {
        net.bringLoopbackUp();
        int committed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            net.lock();
            try {
                committed += batch() ? 1 : 0;
                for (int i = 0; i < PACKETS; i++) {
                    int hook = random.nextInt(NfHook.COUNT);
                    net.netfilter.pass(packet(), hook, net.loopback, hook < NfHook.FORWARD ? null : net.loopback);
                }
                NlWriter out = new NlWriter(1, 1);
                NlReader all = NlReader.of(new byte[0], 0);
                Listing.answer(net, 7, 0, true, all, out, 1, "test");
                Listing.answer(net, 10, 0, true, all, out, 1, "test");
                assertThat(out.finish()).isNotEmpty();
            } finally {
                net.unlock();
            }
        }
        assertThat(committed).isGreaterThan(ROUNDS / 4);
    }

    private boolean batch() {
        Batch batch = new Batch(net);
        batch.change(Batch.DELTABLE, 0, 0, message(out -> {}));
        change(batch, Batch.NEWTABLE, message(out -> out.text(1, "t")));
        change(batch, Batch.NEWCHAIN, message(out -> {
            out.text(1, "t").text(3, "c");
            int hook = out.open(4);
            out.be32(1, random.nextInt(NfHook.COUNT)).be32(2, random.nextInt(400) - 199);
            out.close(hook);
            out.text(7, random.nextBoolean() ? "filter" : "nat");
        }));
        change(
                batch,
                Batch.NEWSET,
                message(out -> out.text(1, "t")
                        .text(2, "s")
                        .be32(3, random.nextInt(0x200))
                        .be32(5, 1 + random.nextInt(16))
                        .be32(6, random.nextBoolean() ? 0xffffff00 : 7)
                        .be32(7, random.nextInt(20))
                        .be32(10, 1)));
        change(batch, Batch.NEWSETELEM, spoil(message(out -> {
            out.text(1, "t").text(2, "s");
            int list = out.open(3);
            for (int i = 0; i < 3; i++) {
                int element = out.open(1);
                Data.write(out, 1, bytes(1 + random.nextInt(16)));
                Data.write(out, 2, bytes(1 + random.nextInt(16)));
                out.be32(3, random.nextInt(3));
                out.close(element);
            }
            out.close(list);
        })));
        for (int i = 0; i < RULES; i++) {
            change(batch, Batch.NEWRULE, spoil(message(this::rule)));
        }
        try {
            batch.commit();
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    private static void change(Batch batch, int type, NlReader in) {
        try {
            batch.change(type, NfHook.NFPROTO_INET, CREATE, in);
        } catch (ErrnoException e) {
            // As a program would be told; the rest of the batch counts all the same.
        }
    }

    private byte[] message;

    private NlReader message(Consumer<NlWriter> attributes) {
        NlWriter out = new NlWriter(1, 1);
        out.begin(20, 0);
        attributes.accept(out);
        out.end();
        byte[] all = out.finish().getFirst();
        message = Arrays.copyOfRange(all, 16, all.length);
        return NlReader.of(message, 0);
    }

    /** One message in four has a byte that is another. */
    private NlReader spoil(NlReader whole) {
        if (random.nextInt(4) != 0 || message.length == 0) {
            return whole;
        }
        message[random.nextInt(message.length)] = (byte) random.nextInt(256);
        try {
            return NlReader.of(message, 0);
        } catch (ErrnoException e) {
            return whole;
        }
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private void rule(NlWriter out) {
        out.text(1, "t").text(2, "c");
        int list = out.open(4);
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            int element = out.open(1);
            String name = EXPRESSIONS[random.nextInt(EXPRESSIONS.length)];
            out.text(1, name);
            int data = out.open(2);
            if (name.equals("match") || name.equals("target")) {
                out.text(1, MATCHES[random.nextInt(MATCHES.length)]).be32(2, random.nextInt(4));
                out.attribute(3, bytes(random.nextInt(170)));
            } else {
                attributes(out, name);
            }
            out.close(data);
            out.close(element);
        }
        out.close(list);
    }

    private void attributes(NlWriter out, String name) {
        for (int type = 1; type <= 8; type++) {
            boolean set = (name.equals("lookup") || name.equals("dynset") || name.equals("objref")) && type == 1;
            switch (random.nextInt(set ? 1 : 6)) {
                case 0 -> out.text(type, "s");
                case 1, 2, 3 -> out.be32(type, random.nextInt(5) == 0 ? random.nextInt() : random.nextInt(25));
                case 4 -> Data.write(out, type, bytes(1 + random.nextInt(20)));
                default -> out.be64(type, random.nextInt(1000));
            }
        }
    }

    /** Of either version, of many protocols, sometimes too short for them. */
    private SkBuff packet() {
        byte[] b = bytes(HEADER * 2 + random.nextInt(60));
        if (random.nextBoolean()) {
            b[0] = 0x45;
            Be.put16(b, 2, b.length);
            Be.put16(b, 6, random.nextInt(8) == 0 ? random.nextInt(0x4000) : 0);
            b[9] = (byte) new int[] {1, 6, 17, 136, 50}[random.nextInt(5)];
        } else {
            b[0] = 0x60;
            Be.put16(b, 4, b.length - 2 * HEADER);
            b[6] = (byte) new int[] {0, 6, 17, 58, 44, 60}[random.nextInt(6)];
        }
        byte[] room = new byte[SkBuff.HEADROOM + b.length];
        System.arraycopy(b, 0, room, SkBuff.HEADROOM, b.length);
        SkBuff skb = SkBuff.of(room, SkBuff.HEADROOM, b.length);
        skb.device = net.loopback;
        int at = SkBuff.HEADROOM + (b[0] == 0x45 ? 12 : 8);
        int length = b[0] == 0x45 ? 4 : 16;
        skb.source = umlaut.net.core.IpAddress.of(room, at, length);
        skb.destination = umlaut.net.core.IpAddress.of(room, at + length, length);
        skb.ipProtocol = b[0] == 0x45 ? b[9] & 0xff : b[6] & 0xff;
        return skb;
    }
}
