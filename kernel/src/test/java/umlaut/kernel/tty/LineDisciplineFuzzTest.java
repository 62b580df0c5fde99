package umlaut.kernel.tty;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import umlaut.kernel.mm.IovIter;

/** Any settings, any keys, any reads: the line discipline keeps its bounds and never hands out more than was typed. */
class LineDisciplineFuzzTest {
    @FuzzTest
    void anyInput(FuzzedDataProvider data) {
        Termios termios = new Termios();
        ByteRing output = new ByteRing(1 << 12);
        LineDiscipline discipline = new LineDiscipline(termios, new OutputProcessor(termios, output));
        byte[] into = new byte[LineDiscipline.SIZE];
        MemorySegment scratch = MemorySegment.ofArray(new byte[LineDiscipline.SIZE]);
        long typed = 0;
        long got = 0;
        while (data.remainingBytes() > 0) {
            switch (data.consumeInt(0, 3)) {
                case 0 -> {
                    for (byte key : data.consumeBytes(64)) {
                        discipline.receive(key & 0xff);
                        typed += 2; // PARMRK doubles 0377
                    }
                }
                case 1 -> {
                    int size = data.consumeInt(1, LineDiscipline.SIZE);
                    if (discipline.readable(1)) {
                        got += discipline.read(new IovIter().kernel(MemorySegment.ofArray(into), 0, size), scratch);
                    }
                }
                case 2 -> {
                    termios.iflag = data.consumeInt();
                    termios.lflag = data.consumeInt();
                    termios.oflag = data.consumeInt();
                    discipline.canonicalChanged();
                }
                default -> output.clear();
            }
            assertThat(discipline.room()).isBetween(0, LineDiscipline.SIZE - 1);
            assertThat(discipline.available()).isBetween(0, LineDiscipline.SIZE);
            assertThat(got).isLessThanOrEqualTo(typed);
        }
    }
}
