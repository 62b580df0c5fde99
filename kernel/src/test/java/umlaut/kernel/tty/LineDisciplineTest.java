package umlaut.kernel.tty;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import umlaut.abi.Signal;
import umlaut.abi.TermiosFlags;
import umlaut.kernel.mm.IovIter;

/** The input side of N_TTY: editing, echo, signals, modes. */
class LineDisciplineTest {
    private final Termios termios = new Termios();
    private final ByteRing output = new ByteRing(1 << 16);
    private final LineDiscipline discipline = new LineDiscipline(termios, new OutputProcessor(termios, output));
    private final MemorySegment scratch = MemorySegment.ofArray(new byte[LineDiscipline.SIZE]);

    private void type(String keys) {
        for (byte b : keys.getBytes(StandardCharsets.ISO_8859_1)) {
            discipline.receive(b & 0xff);
        }
    }

    private String read(int size) {
        byte[] into = new byte[size];
        long n = discipline.read(new IovIter().kernel(MemorySegment.ofArray(into), 0, size), scratch);
        return new String(into, 0, (int) n, StandardCharsets.ISO_8859_1);
    }

    private String shown() {
        byte[] all = new byte[output.count()];
        output.peek(MemorySegment.ofArray(all), 0, all.length);
        output.drop(all.length);
        return new String(all, StandardCharsets.ISO_8859_1);
    }

    @Test
    void aLineIsReadableOnlyWhenWhole() {
        type("abc");
        assertThat(discipline.readable(1)).isFalse();
        type("\r");
        assertThat(discipline.readable(1)).isTrue();
        assertThat(discipline.available()).isEqualTo(4);
        assertThat(read(100)).isEqualTo("abc\n");
        assertThat(shown()).isEqualTo("abc\r\n");
    }

    @Test
    void aLongLineIsReadInPieces() {
        type("abcdef\nx\n");
        assertThat(read(4)).isEqualTo("abcd");
        assertThat(read(100)).isEqualTo("ef\n");
        assertThat(read(100)).isEqualTo("x\n");
        assertThat(discipline.readable(1)).isFalse();
    }

    @Test
    void eraseKillAndWordErase() {
        type("abd\177c\n");
        assertThat(read(100)).isEqualTo("abc\n");
        assertThat(shown()).isEqualTo("abd\b \bc\r\n");
        type("one two\027three\n");
        assertThat(read(100)).isEqualTo("one three\n");
        type("wrong\025right\n");
        assertThat(read(100)).isEqualTo("right\n");
    }

    @Test
    void eraseTakesWholeCharactersInUtf8() {
        termios.iflag |= TermiosFlags.IUTF8;
        type("a\303\244\177b\n");
        assertThat(read(100)).isEqualTo("ab\n");
    }

    @Test
    void controlCharactersAreShownWithACaret() {
        type("\001\177\n");
        assertThat(shown()).isEqualTo("^A\b \b\b \b\r\n");
    }

    @Test
    void endOfFileEndsAReadWithoutACharacter() {
        type("\004");
        assertThat(discipline.readable(1)).isTrue();
        assertThat(read(100)).isEmpty();
        type("ab\004");
        assertThat(read(100)).isEqualTo("ab");
        assertThat(discipline.readable(1)).isFalse();
    }

    @Test
    void endOfFileBehindAFullBufferIsNotSeenTwice() {
        type("ab\004");
        assertThat(read(2)).isEqualTo("ab");
        assertThat(discipline.readable(1)).isFalse();
    }

    @Test
    void signalsFlushAndEcho() {
        type("half\003");
        assertThat(discipline.takeSignals()).isEqualTo(1L << (Signal.SIGINT - 1));
        assertThat(shown()).isEqualTo("half^C");
        type("x\n");
        assertThat(read(100)).isEqualTo("x\n");
        type("\034\032");
        assertThat(discipline.takeSignals()).isEqualTo(1L << (Signal.SIGQUIT - 1) | 1L << (Signal.SIGTSTP - 1));
        assertThat(discipline.takeSignals()).isZero();
    }

    @Test
    void literalNextTakesTheMeaningAway() {
        type("\026\003\n");
        assertThat(discipline.takeSignals()).isZero();
        assertThat(read(100)).isEqualTo("\003\n");
    }

    @Test
    void rawModePassesEverything() {
        termios.lflag &= ~(TermiosFlags.ICANON | TermiosFlags.ECHO | TermiosFlags.ISIG | TermiosFlags.IEXTEN);
        termios.iflag = 0;
        discipline.canonicalChanged();
        type("\003\r\n\177");
        assertThat(discipline.readable(4)).isTrue();
        assertThat(discipline.readable(5)).isFalse();
        assertThat(read(100)).isEqualTo("\003\r\n\177");
        assertThat(shown()).isEmpty();
    }

    @Test
    void leavingCanonicalModeGivesTheHalfLine() {
        type("half");
        termios.lflag &= ~TermiosFlags.ICANON;
        discipline.canonicalChanged();
        assertThat(read(100)).isEqualTo("half");
        type("more");
        termios.lflag |= TermiosFlags.ICANON;
        discipline.canonicalChanged();
        assertThat(read(100)).isEqualTo("more");
    }

    @Test
    void flowControlStopsAndStarts() {
        type("\023");
        assertThat(discipline.stopped()).isTrue();
        type("\021");
        assertThat(discipline.stopped()).isFalse();
    }

    @Test
    void aLineLongerThanTheBufferKeepsItsEnd() {
        type("x".repeat(5000) + "\n");
        String line = read(8192);
        assertThat(line).hasSize(4096).endsWith("x\n");
        assertThat(discipline.room()).isEqualTo(LineDiscipline.SIZE - 1);
    }

    @Test
    void aFullBufferOfWholeLinesStopsTheFarSide() {
        type("y\n".repeat(2047));
        assertThat(discipline.room()).isEqualTo(1);
        type("z");
        assertThat(discipline.room()).isZero();
    }

    @Test
    void tabsAreErasedByTheirWidth() {
        type("ab\t\177\n");
        assertThat(shown()).isEqualTo("ab\t\b\b\b\b\b\b\r\n");
    }

    @Test
    void outputIsLeftAloneWithoutOpost() {
        termios.oflag = 0;
        OutputProcessor processor = new OutputProcessor(termios, output);
        processor.put('\n');
        assertThat(shown()).isEqualTo("\n");
        assertThat(scratch.get(ValueLayout.JAVA_BYTE, 0)).isZero();
    }
}
