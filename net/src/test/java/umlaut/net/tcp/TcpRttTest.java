package umlaut.net.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TcpRttTest {
    private static final long US = 1000;

    /** A time stamp's milliseconds say nothing about the least of some microseconds, which RACK goes by. */
    @Test
    void coarseSamplesAreNotTheLeast() {
        TcpRtt rtt = new TcpRtt();
        rtt.sample(140 * US, 1);
        rtt.coarseSample(TcpRtt.MS);
        assertThat(rtt.minNs()).isEqualTo(140 * US);
        assertThat(rtt.smoothedNs()).isBetween(141 * US, TcpRtt.MS);
        rtt.sample(90 * US, 2);
        assertThat(rtt.minNs()).isEqualTo(90 * US);
    }
}
