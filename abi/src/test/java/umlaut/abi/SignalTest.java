package umlaut.abi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SignalTest {
    @Test
    void namesAreStraces() {
        assertThat(Signal.name(Signal.SIGCHLD)).isEqualTo("SIGCHLD");
        assertThat(Signal.name(32)).isEqualTo("SIGRTMIN");
        assertThat(Signal.name(34)).isEqualTo("SIGRT_2");
        assertThat(Signal.name(0)).isEqualTo("0");
        assertThat(Signal.name(65)).isEqualTo("65");
    }

    @Test
    void namesAreReadAsUsersWriteThem() {
        assertThat(Signal.parse("TERM")).isEqualTo(15);
        assertThat(Signal.parse("sigkill")).isEqualTo(9);
        assertThat(Signal.parse("2")).isEqualTo(2);
        assertThat(Signal.parse("RTMIN+2")).isEqualTo(36);
        assertThat(Signal.parse("RTMAX-1")).isEqualTo(63);
        assertThat(Signal.parse("65")).isZero();
        assertThat(Signal.parse("RTMAX-70")).isZero();
        assertThat(Signal.parse("TE")).isZero();
        assertThat(Signal.parse("")).isZero();
    }

    @Test
    void defaultActionsAreThoseOfSignal7() {
        assertThat(Signal.defaultAction(Signal.SIGTERM)).isEqualTo(Signal.Default.TERM);
        assertThat(Signal.defaultAction(Signal.SIGSEGV)).isEqualTo(Signal.Default.CORE);
        assertThat(Signal.defaultAction(Signal.SIGCHLD)).isEqualTo(Signal.Default.IGN);
        assertThat(Signal.defaultAction(Signal.SIGTSTP)).isEqualTo(Signal.Default.STOP);
        assertThat(Signal.defaultAction(Signal.SIGCONT)).isEqualTo(Signal.Default.CONT);
        assertThat(Signal.defaultAction(Signal.SIGRTMAX)).isEqualTo(Signal.Default.TERM);
    }
}
