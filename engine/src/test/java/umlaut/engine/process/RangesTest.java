package umlaut.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RangesTest {
    private static final int SIZE = 200;

    @Test
    void isTheSetThatABitSetIs() {
        Random random = new Random(42);
        Ranges ranges = new Ranges();
        BitSet model = new BitSet();
        for (int round = 0; round < 20_000; round++) {
            int from = random.nextInt(SIZE);
            int to = from + 1 + random.nextInt(20);
            switch (random.nextInt(3)) {
                case 0 -> {
                    ranges.add(from, to);
                    model.set(from, to);
                }
                case 1 -> {
                    ranges.remove(from, to);
                    model.clear(from, to);
                }
                default ->
                    assertThat(ranges.isFree(from, to))
                            .isEqualTo(model.get(from, to).isEmpty());
            }
        }
        Ranges copy = new Ranges(ranges);
        ranges.remove(0, 2 * SIZE);
        assertThat(ranges.isFree(0, 2 * SIZE)).isTrue();
        assertThat(copy.isFree(0, 2 * SIZE)).isEqualTo(model.isEmpty());
    }
}
