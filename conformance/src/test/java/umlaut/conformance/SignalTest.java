package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Signals sent to umlaut reach the guest's command, and nothing is left of a guest whose kernel was killed. */
@Tag("guest")
class SignalTest {
    private static final String UMLAUT = Umlaut.ROOT.resolve("umlaut").toString();

    private static Umlaut.Result shell(String line) {
        return Umlaut.host("", 60, List.of("sh", "-c", line));
    }

    @Test
    void terminationEndsTheCommand() {
        Umlaut.Result result = shell(UMLAUT + " run -- sleep 50 & sleep 3; kill -TERM $!; wait $!; echo $?");
        assertThat(result.out()).isEqualTo("143\n");
    }

    @Test
    void aHandlerGetsIt() {
        Umlaut.Result result = shell(UMLAUT
                + " run -- sh -c 'trap \"echo got; exit 5\" USR1; echo ready; while :; do sleep 0.1; done' & sleep 3;"
                + " kill -USR1 $!; wait $!; echo $?");
        assertThat(result.out()).isEqualTo("ready\ngot\n5\n");
    }

    @Test
    void nothingIsLeftAfterKill() {
        Umlaut.Result result = shell(
                UMLAUT + " run -- sh -c 'sleep 50 & sleep 50' & pid=$!; sleep 3;"
                        + " children=$(ps -o pid= --ppid $pid | tr '\\n' ' '); test -n \"$children\" && echo had children;"
                        + " kill -9 $pid; wait $pid 2>/dev/null; sleep 1; for c in $children; do grep -q '^State:.*[RSDTt] ' /proc/$c/status 2>/dev/null && echo left $c; done; echo end");
        assertThat(result.out()).isEqualTo("had children\nend\n");
    }
}
