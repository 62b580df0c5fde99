package umlaut.kernel.tty;

import static umlaut.abi.TermiosFlags.*;

/**
 * What a terminal shows of its input (ECHO* of termios(3)). Echo that finds no room is lost, as in Linux. Guarded by the terminal's lock.
 */
final class Echo {
    private final Termios termios;
    private final OutputProcessor output;
    /** Column where the line being edited began: tabs are erased by counting from there. */
    private int startColumn;

    Echo(Termios termios, OutputProcessor output) {
        this.termios = termios;
        this.output = output;
    }

    /** Before the first character of a line. */
    void beginLine(boolean first) {
        if (first) {
            startColumn = output.column();
        }
    }

    void newline() {
        output.put('\n');
    }

    void raw(int c) {
        output.raw(c);
    }

    void character(int c) {
        if (termios.local(ECHOCTL) && control(c) && c != '\t') {
            output.put('^');
            output.put(c ^ 0100);
        } else {
            output.put(c);
        }
    }

    private static boolean control(int c) {
        return c < ' ' || c == 127;
    }

    /** Shows that {@code erased} has gone; {@code line} from {@code from} to {@code to} is what is left of it. */
    void erased(int eraser, int erased, byte[] line, int from, int to) {
        if (!termios.local(ECHOE)) {
            character(eraser);
            return;
        }
        if (erased == '\t') {
            int column = startColumn;
            for (int i = from; i != to; i++) {
                column += width(line[i & line.length - 1] & 0xff, column);
            }
            for (int back = 8 - (column & 7); back > 0; back--) {
                output.put('\b');
            }
            return;
        }
        for (int n = width(erased, 0); n > 0; n--) {
            output.put('\b');
            output.put(' ');
            output.put('\b');
        }
    }

    private int width(int c, int column) {
        if (c == '\t') {
            return 8 - (column & 7);
        }
        if (control(c)) {
            return termios.local(ECHOCTL) ? 2 : 0;
        }
        return termios.input(IUTF8) && (c & 0xc0) == 0x80 ? 0 : 1;
    }
}
