package umlaut.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import umlaut.net.core.SkBuff;
import umlaut.net.device.Link;

/** A switch and the cables to it, all in this process; and what impaired and captured links do. */
class SwitchTest {
    /** Keeps what comes. */
    private static final class Station implements Link.End {
        final List<byte[]> got = new CopyOnWriteArrayList<>();

        @Override
        public void arrive(SkBuff frame) {
            got.add(frame.bytesFrom(frame.start()));
        }

        @Override
        public void ready() {}
    }

    private static byte[] frame(int to, int from, int size) {
        byte[] b = new byte[size];
        Arrays.fill(b, 0, 6, (byte) to);
        b[6] = 2;
        b[11] = (byte) from;
        if (to != 0xff) {
            Arrays.fill(b, 0, 6, (byte) 0);
            b[0] = 2;
            b[5] = (byte) to;
        }
        return b;
    }

    private static void send(Link link, byte[] frame) {
        SkBuff skb = SkBuff.of(frame.clone(), 0, frame.length);
        Guest.await(() -> link.send(skb));
    }

    @Test
    void framesGoWhereTheirAddressWasSeen() {
        String name = "test-" + ProcessHandle.current().pid();
        Station a = new Station();
        Station b = new Station();
        Station c = new Station();
        Link toA = new SwitchLink(name, a);
        Link toB = new SwitchLink(name, b);
        Link toC = new SwitchLink(name, c);
        send(toA, frame(0xff, 1, 60));
        // Ports that are not connected yet miss it, so everybody says something until all have been heard.
        Guest.await(() -> {
            send(toA, frame(0xff, 1, 60));
            send(toB, frame(0xff, 2, 60));
            send(toC, frame(0xff, 3, 60));
            return !a.got.isEmpty() && !b.got.isEmpty() && !c.got.isEmpty();
        });
        byte[] large = frame(2, 1, 65_534);
        send(toA, large);
        Guest.await(() -> b.got.stream().anyMatch(f -> Arrays.equals(f, large)));
        assertThat(c.got).noneMatch(f -> f.length == large.length);
        toA.close();
        toB.close();
        toC.close();
    }

    private static Link opposite(Station station) {
        return new Link() {
            @Override
            public boolean send(SkBuff frame) {
                station.arrive(frame);
                return true;
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void anImpairedLinkLosesAndDoublesWhatItsSeedSays() {
        Impairment how = new Impairment(0, 0, 0.25, 0.25, 0, 0, 7);
        List<Integer> counts = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            Station far = new Station();
            Link link = new LinkOptions(how, null).around(end -> opposite(far)).open(new Station());
            for (int i = 0; i < 400; i++) {
                send(link, frame(1, 2, 60));
            }
            send(link, frame(1, 2, 61));
            Guest.await(() -> {
                send(link, frame(1, 2, 61));
                return far.got.stream().anyMatch(f -> f.length == 61);
            });
            link.close();
            counts.add((int) far.got.stream().filter(f -> f.length == 60).count());
        }
        assertThat(counts.get(0)).isEqualTo(counts.get(1)).isBetween(300, 450);
    }
}
