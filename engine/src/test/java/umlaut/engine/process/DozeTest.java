package umlaut.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import umlaut.host.Layouts;

class DozeTest {
    private static final int ROUNDS = 100_000;
    private static final long LONG_NS = 5_000_000_000L;

    /** However a nudge falls between looking whether one came and going to sleep. */
    @Test
    void noNudgeIsLost() throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment area = arena.allocate(4096, 4096);
            Layouts.WORD.setVolatile(area, (long) Area.STATE, State.SYSCALL);
            Doze doze = new Doze(area, new AreaUse());
            AtomicInteger wanted = new AtomicInteger();
            AtomicInteger seen = new AtomicInteger();
            AtomicInteger lost = new AtomicInteger();
            CountDownLatch over = new CountDownLatch(1);
            Thread sleeper = new Thread(() -> {
                while (seen.get() < ROUNDS && lost.get() == 0) {
                    int before = seen.get();
                    while (wanted.get() == before) {
                        long end = System.nanoTime() + LONG_NS;
                        doze.sleep(end);
                        if (wanted.get() != before && System.nanoTime() - end >= 0) {
                            lost.incrementAndGet();
                        }
                    }
                    seen.incrementAndGet();
                }
                over.countDown();
            });
            sleeper.start();
            for (int i = 0; i < ROUNDS && over.getCount() != 0; i++) {
                wanted.incrementAndGet();
                doze.nudge();
                while (seen.get() <= i && over.getCount() != 0) {
                    Thread.onSpinWait();
                }
            }
            over.await();
            assertThat(lost.get()).isZero();
        }
    }
}
