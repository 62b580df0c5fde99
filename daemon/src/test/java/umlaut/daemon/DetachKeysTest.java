package umlaut.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DetachKeysTest {
    private static String pass(DetachKeys keys, String typed) {
        byte[] bytes = typed.getBytes(StandardCharsets.ISO_8859_1);
        return new String(keys.filter(bytes, bytes.length), StandardCharsets.ISO_8859_1);
    }

    @Test
    void keysThatBeginItAreKeptBackUntilItIsKnown() {
        DetachKeys keys = DetachKeys.parse(DetachKeys.USUAL);
        assertThat(pass(keys, "ls\r")).isEqualTo("ls\r");
        assertThat(pass(keys, "a\020")).isEqualTo("a");
        assertThat(pass(keys, "b")).isEqualTo("\020b");
        assertThat(pass(keys, "\020\020")).isEqualTo("\020");
        assertThat(keys.seen()).isFalse();
        assertThat(pass(keys, "\021rest")).isEmpty();
        assertThat(keys.seen()).isTrue();
    }

    @Test
    void othersAndNone() {
        DetachKeys keys = DetachKeys.parse("ctrl-a,d");
        assertThat(pass(keys, "x\001d")).isEqualTo("x");
        assertThat(keys.seen()).isTrue();
        DetachKeys none = DetachKeys.parse("");
        assertThat(pass(none, "\020\021")).isEqualTo("\020\021");
        assertThat(none.seen()).isFalse();
        assertThatThrownBy(() -> DetachKeys.parse("ctrl-A")).isInstanceOf(DaemonException.class);
        assertThatThrownBy(() -> DetachKeys.parse("ctrl-p,")).isInstanceOf(DaemonException.class);
    }
}
