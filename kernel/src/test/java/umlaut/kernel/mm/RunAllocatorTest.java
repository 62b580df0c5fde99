package umlaut.kernel.mm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RunAllocatorTest {
    @Test
    void givesBestFitAndJoinsNeighbours() {
        RunAllocator a = new RunAllocator(0, 100);
        long first = a.allocate(10);
        long second = a.allocate(5);
        long third = a.allocate(10);
        assertThat(List.of(first, second, third)).containsExactly(0L, 10L, 15L);
        a.free(10, 5);
        assertThat(a.allocate(3)).isEqualTo(10);
        a.free(0, 10);
        a.free(10, 3);
        assertThat(a.allocate(15)).isEqualTo(0);
        assertThat(a.freePages()).isEqualTo(75);
    }

    @Test
    void growsInPlaceOnlyWhereFree() {
        RunAllocator a = new RunAllocator(0, 20);
        a.allocate(5);
        assertThat(a.allocateAt(5, 5)).isTrue();
        assertThat(a.allocateAt(9, 2)).isFalse();
        assertThat(a.allocateAt(18, 3)).isFalse();
        assertThat(a.allocate(11)).isEqualTo(-1);
    }

    @Test
    void refusesToFreeTwice() {
        RunAllocator a = new RunAllocator(0, 20);
        a.allocate(5);
        a.free(0, 5);
        assertThatThrownBy(() -> a.free(2, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void neverGivesAPageTwice() {
        Random random = new Random(7);
        RunAllocator a = new RunAllocator(0, 1000);
        BitSet used = new BitSet();
        List<long[]> runs = new ArrayList<>();
        for (int i = 0; i < 20000; i++) {
            int pages = 1 + random.nextInt(20);
            long at = random.nextBoolean() ? a.allocate(pages) : -1;
            if (at >= 0) {
                assertThat(used.get((int) at, (int) at + pages).isEmpty()).isTrue();
                used.set((int) at, (int) at + pages);
                runs.add(new long[] {at, pages});
            } else if (!runs.isEmpty()) {
                long[] run = runs.remove(random.nextInt(runs.size()));
                a.free(run[0], run[1]);
                used.clear((int) run[0], (int) (run[0] + run[1]));
            }
            assertThat(a.freePages()).isEqualTo(1000 - used.cardinality());
        }
    }
}
