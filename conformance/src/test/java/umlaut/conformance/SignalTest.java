package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signals sent to umlaut reach the guest's command, and nothing is left of a guest whose kernel was killed. */
@Tag("guest")
class SignalTest {
    private static final String UMLAUT = Umlaut.ROOT.resolve("umlaut").toString();

    private static Umlaut.Result shell(String line) {
        return Umlaut.host("", 300, List.of("sh", "-c", line));
    }

    /** Starts a guest in the background, and goes on as soon as it has said a word. */
    private static String start(String command) {
        return "d=$(mktemp -d); mkfifo $d/said; " + UMLAUT + " run -- sh -c '" + command
                + "' >$d/said & pid=$!; exec 3<$d/said; rm -r $d; read word <&3; ";
    }

    @Test
    void terminationEndsTheCommand() {
        Umlaut.Result result = shell(start("echo ready; exec sleep 1000") + "kill -TERM $pid; wait $pid; echo $?");
        assertThat(result.out()).isEqualTo("143\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"USR1", "ALRM", "WINCH"})
    void aHandlerGetsIt(String signal) {
        Umlaut.Result result =
                shell(start("trap \"echo got; exit 5\" " + signal + "; echo ready; while :; do sleep 0.1; done")
                        + "kill -" + signal + " $pid; wait $pid; echo $?; cat <&3");
        assertThat(result.out()).isEqualTo("5\ngot\n");
    }

    @Test
    void nothingIsLeftAfterKill() {
        Umlaut.Result result = shell(start("sleep 1000 & echo ready; exec sleep 1000")
                + "children=$(ps -o pid= --ppid $pid | tr '\\n' ' '); test -n \"$children\" && echo had children;"
                + " kill -9 $pid; wait $pid 2>/dev/null; for c in $children; do"
                + " while grep -q '^State:.*[RSDTt] ' /proc/$c/status 2>/dev/null; do sleep 0.1; done; done; echo end");
        assertThat(result.out()).isEqualTo("had children\nend\n");
    }
}
