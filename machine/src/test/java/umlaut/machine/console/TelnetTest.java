package umlaut.machine.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TelnetTest {
    private final StringBuilder sizes = new StringBuilder();
    private final Telnet telnet = new Telnet(
            (rows, columns) -> sizes.append(rows).append('x').append(columns).append(' '));

    private String decode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        MemorySegment m = Arena.ofAuto().allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, m, ValueLayout.JAVA_BYTE, 0, bytes.length);
        int n = telnet.decode(m, bytes.length);
        return new String(m.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }

    private String encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        MemorySegment to = Arena.ofAuto().allocate(2L * bytes.length + 1);
        int n = telnet.encode(MemorySegment.ofArray(bytes), bytes.length, to);
        return new String(to.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }

    @Test
    void linesEndWithOneCharacter() {
        assertThat(decode("ls\r\nid\r\0x\r")).isEqualTo("ls\rid\rx\r");
        assertThat(decode("\ny")).isEqualTo("y");
    }

    @Test
    void commandsAreNoData() {
        assertThat(decode("a\u00ff\u00fd\u0001b\u00ff\u00ffc\u00ff\u00f1d")).isEqualTo("ab\u00ffcd");
    }

    @Test
    void theWindowsSize() {
        assertThat(decode("\u00ff\u00fa\u001f\0\u0084\0")).isEmpty();
        assertThat(decode("\u002b\u00ff\u00f0x")).isEqualTo("x");
        assertThat(sizes.toString()).isEqualTo("43x132 ");
    }

    @Test
    void whatGoesOut() {
        assertThat(encode("a\r\nb\rc\u00ff")).isEqualTo("a\r\nb\r\0c\u00ff\u00ff");
    }

    @FuzzTest
    void nothingBreaksIt(byte[] data) {
        decode(new String(data, StandardCharsets.ISO_8859_1));
        encode(new String(data, StandardCharsets.ISO_8859_1));
    }
}
