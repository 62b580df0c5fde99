package umlaut.kernel.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import umlaut.abi.Clock;
import umlaut.abi.Errno;
import umlaut.abi.Nr;
import umlaut.abi.Signal;
import umlaut.engine.scripted.Guest;
import umlaut.kernel.task.TestMachine;

/** Sleeping and timers, as far as no exact times are asserted. */
class TimersTest {
    private static final long SPEC = TestMachine.MEMORY;
    private static final long WORD = TestMachine.MEMORY + 256;
    private static final long SET = TestMachine.MEMORY + 512;

    private final TestMachine machine = new TestMachine();

    private void note(Object what) {
        machine.notes.add(String.valueOf(what));
    }

    private static void spec(Guest g, long intervalNs, long valueNs) {
        g.pokeLong(SPEC, intervalNs / 1_000_000_000L);
        g.pokeLong(SPEC + 8, intervalNs % 1_000_000_000L);
        g.pokeLong(SPEC + 16, valueNs / 1_000_000_000L);
        g.pokeLong(SPEC + 24, valueNs % 1_000_000_000L);
    }

    @Test
    void aTimerfdCountsItsExpiries() {
        machine.run(g -> {
            long fd = g.syscall(Nr.TIMERFD_CREATE, Clock.CLOCK_MONOTONIC, 0);
            spec(g, 1_000_000, 1_000_000);
            note(g.syscall(Nr.TIMERFD_SETTIME, fd, 0, SPEC, 0));
            long sum = 0;
            while (sum < 5) {
                g.syscall(Nr.READ, fd, WORD, 8);
                sum += g.peekLong(WORD);
            }
            spec(g, 0, 0);
            g.syscall(Nr.TIMERFD_SETTIME, fd, 0, SPEC, SPEC + 64);
            note(g.peekLong(SPEC + 64 + 8));
        });
        assertThat(machine.notes).containsExactly("0", "1000000");
    }

    @Test
    void sleepRefusesBadTimesAndSleepsGoodOnes() {
        machine.run(g -> {
            spec(g, 0, 0);
            g.pokeLong(SPEC + 8, 1_000_000_000L);
            note(g.syscall(Nr.NANOSLEEP, SPEC, 0));
            spec(g, 2_000_000, 0);
            note(g.syscall(Nr.NANOSLEEP, SPEC, 0));
            note(g.syscall(Nr.CLOCK_NANOSLEEP, Clock.CLOCK_REALTIME, Clock.TIMER_ABSTIME, SPEC, 0));
        });
        assertThat(machine.notes).containsExactly(String.valueOf(Errno.EINVAL.negative()), "0", "0");
    }

    @Test
    void anAlarmIsFatalUnlessCaught() {
        int status = machine.run(g -> {
            g.syscallWithChild(
                    c -> {
                        // struct itimerval: 5 ms
                        spec(c, 0, 5_000);
                        c.syscall(Nr.SETITIMER, Clock.ITIMER_REAL, SPEC, 0);
                        c.syscall(Nr.PAUSE);
                    },
                    Nr.FORK);
            g.syscall(Nr.WAIT4, -1, WORD, 0, 0);
            g.syscall(Nr.EXIT_GROUP, g.peekInt(WORD));
        });
        assertThat(status >> 8).isEqualTo(Signal.SIGALRM);
    }

    @Test
    void aPosixTimersSignalTellsItsOverruns() {
        machine.run(g -> {
            long mask = Signal.bit(Signal.SIGALRM);
            g.pokeLong(SET, mask);
            g.syscall(Nr.RT_SIGPROCMASK, 0, SET, 0, 8);
            note(g.syscall(Nr.TIMER_CREATE, Clock.CLOCK_MONOTONIC, 0, WORD));
            int id = g.peekInt(WORD);
            spec(g, 1_000_000, 1_000_000);
            g.syscall(Nr.TIMER_SETTIME, id, 0, SPEC, 0);
            spec(g, 20_000_000, 0);
            g.syscall(Nr.NANOSLEEP, SPEC, 0);
            note(g.syscall(Nr.RT_SIGTIMEDWAIT, SET, WORD + 64, 0, 8));
            note(g.peekInt(WORD + 64 + 20) > 0);
            note(g.syscall(Nr.TIMER_DELETE, id));
            note(g.syscall(Nr.TIMER_DELETE, id));
        });
        assertThat(machine.notes).containsExactly("0", "14", "true", "0", String.valueOf(Errno.EINVAL.negative()));
    }

    @Test
    void clocksThatDoNotExistAreRefused() {
        machine.run(g -> {
            note(g.syscall(Nr.CLOCK_GETTIME, 77, WORD));
            note(g.syscall(Nr.CLOCK_GETTIME, Clock.CLOCK_MONOTONIC, WORD));
            note(g.syscall(Nr.CLOCK_SETTIME, Clock.CLOCK_MONOTONIC, WORD));
            note(g.syscall(Nr.TIMERFD_CREATE, 77, 0));
        });
        assertThat(machine.notes).containsExactly("-22", "0", "-22", "-22");
    }
}
