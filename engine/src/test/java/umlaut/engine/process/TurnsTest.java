package umlaut.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TurnsTest {
    @Test
    void halfAsManyAsProcessors() {
        Turns turns = new Turns(5);
        assertThat(turns.tryTake()).isTrue();
        assertThat(turns.tryTake()).isTrue();
        assertThat(turns.tryTake()).isFalse();
        turns.leave();
        assertThat(turns.tryTake()).isTrue();
    }

    @Test
    void thereIsAlwaysOne() {
        assertThat(new Turns(1).tryTake()).isTrue();
    }

    /** A system call may take for ever: whoever has waited for long goes on without a turn. */
    @Test
    void nobodyWaitsForEver() {
        Turns turns = new Turns(2);
        assertThat(turns.tryTake()).isTrue();
        assertThat(turns.take()).isFalse();
        turns.leave();
        assertThat(turns.take()).isTrue();
    }

    @Test
    void waitersAreSeen() throws InterruptedException {
        Turns turns = new Turns(2);
        assertThat(turns.tryTake()).isTrue();
        assertThat(turns.areWanted()).isFalse();
        Thread waiter = new Thread(() -> {
            while (!turns.take()) {
                // once more
            }
            turns.leave();
        });
        waiter.start();
        while (!turns.areWanted()) {
            Thread.onSpinWait();
        }
        turns.leave();
        waiter.join();
        assertThat(turns.tryTake()).isTrue();
    }
}
