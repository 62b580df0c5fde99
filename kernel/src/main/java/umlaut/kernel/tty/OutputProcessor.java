package umlaut.kernel.tty;

import static umlaut.abi.TermiosFlags.*;

/**
 * Output processing (OPOST, termios(3); do_output_char in drivers/tty/n_tty.c): turns what programs write and what is echoed into what the terminal gets, and
 * knows the cursor's column, for tabs and for erasing them. Guarded by the terminal's lock.
 */
final class OutputProcessor {
    private final Termios termios;
    private final ByteRing out;
    private int column;

    OutputProcessor(Termios termios, ByteRing out) {
        this.termios = termios;
        this.out = out;
    }

    int column() {
        return column;
    }

    /** @return false if there is no room for all of it: nothing was put */
    boolean put(int c) {
        if (!termios.output(OPOST)) {
            return out.put(c);
        }
        return switch (c) {
            case '\n' -> newline();
            case '\r' -> carriageReturn();
            case '\t' -> tab();
            case '\b' -> {
                boolean done = out.put(c);
                if (done && column > 0) {
                    column--;
                }
                yield done;
            }
            default -> printing(c);
        };
    }

    private boolean newline() {
        if (termios.output(ONLCR)) {
            if (out.room() < 2) {
                return false;
            }
            out.put('\r');
            column = 0;
        } else if (termios.output(ONLRET)) {
            column = 0;
        }
        return out.put('\n');
    }

    private boolean carriageReturn() {
        if (termios.output(ONOCR) && column == 0) {
            return true;
        }
        if (termios.output(OCRNL)) {
            if (termios.output(ONLRET)) {
                column = 0;
            }
            return out.put('\n');
        }
        boolean done = out.put('\r');
        if (done) {
            column = 0;
        }
        return done;
    }

    private boolean tab() {
        int width = 8 - (column & 7);
        if ((termios.oflag & TABDLY) == XTABS) {
            if (out.room() < width) {
                return false;
            }
            for (int i = 0; i < width; i++) {
                out.put(' ');
            }
        } else if (!out.put('\t')) {
            return false;
        }
        column += width;
        return true;
    }

    private boolean printing(int c) {
        int shown = termios.output(OLCUC) && c >= 'a' && c <= 'z' ? c - 32 : c;
        if (!out.put(shown)) {
            return false;
        }
        boolean continuation = termios.input(IUTF8) && (c & 0xc0) == 0x80;
        if (c >= ' ' && c != 127 && !continuation) {
            column++;
        }
        return true;
    }

    /** Output that is not echo nor program text: no processing, no column. */
    boolean raw(int c) {
        return out.put(c);
    }
}
