package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The unseen machine that a new guest's JVM rehearses in comes at a low priority, goes, and leaves nothing; the guest sees none of it. */
@Tag("guest")
class RehearsalTest {
    private static final String SCRIPT = """
            d=$(mktemp -d); mkfifo $d/said $d/end
            UMLAUT run -- sh -c 'echo ready; read end; ls /proc | grep -c "^[0-9]"' <$d/end >$d/said & pid=$!
            exec 4>$d/end 3<$d/said; rm -r $d; read word <&3; echo $word
            low() { ps -o ni= --ppid $pid | grep -c 15; }
            rehearses() { cat /proc/$pid/task/*/comm 2>/dev/null | grep -qx rehearsal; }
            while [ $(low) = 0 ]; do sleep 0.05; done; echo came
            while rehearses; do sleep 0.1; done; echo went
            while [ $(low) != 0 ]; do sleep 0.1; done; echo nothing left
            echo >&4; cat <&3; wait $pid; echo $?
            """;

    @Test
    void comesAndGoes() {
        Umlaut.Result result = Umlaut.host(
                "",
                300,
                List.of(
                        "sh",
                        "-c",
                        SCRIPT.replace("UMLAUT", Umlaut.ROOT.resolve("umlaut").toString())));
        assertThat(result.out()).isEqualTo("ready\ncame\nwent\nnothing left\n3\n0\n");
    }
}
