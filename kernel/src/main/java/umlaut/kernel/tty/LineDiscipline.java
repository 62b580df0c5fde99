package umlaut.kernel.tty;

import static umlaut.abi.TermiosFlags.*;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import umlaut.abi.Signal;
import umlaut.kernel.mm.IovIter;

/**
 * N_TTY, the line discipline every terminal has (termios(3), drivers/tty/n_tty.c): the input side. Takes what the terminal sends, edits lines, echoes, makes signals; keeps up to
 * 4,095 bytes for readers.
 *
 * <p>The buffer is a ring of bytes, some marked as ends of line. In canonical mode only what lies before {@link #canonHead} can be read. An end of file is a marked byte that is never
 * copied. Guarded by the terminal's lock.
 */
final class LineDiscipline {
    static final int SIZE = 4096;
    private static final int MASK = SIZE - 1;

    private final Termios termios;
    private final Echo echo;
    private final byte[] bytes = new byte[SIZE];
    private final boolean[] lineEnd = new boolean[SIZE];
    private final boolean[] endOfFile = new boolean[SIZE];
    /** Free-running indices: tail is read next, head written next, canonHead ends the last whole line. */
    private int tail;

    private int head;
    private int canonHead;
    private boolean literalNext;
    /** Output is stopped by the STOP character or tcflow(3). */
    private boolean stopped;
    /** Signals made by the input so far, bit n-1 = signal n: sent by the terminal after it has unlocked. */
    private long signals;

    LineDiscipline(Termios termios, OutputProcessor output) {
        this.termios = termios;
        this.echo = new Echo(termios, output);
    }

    // --- state asked by the terminal ---

    boolean stopped() {
        return stopped;
    }

    void setStopped(boolean on) {
        stopped = on;
    }

    long takeSignals() {
        long s = signals;
        signals = 0;
        return s;
    }

    /** Bytes the terminal side may send now; canonical mode without a whole line always takes more, and loses what does not fit. */
    int room() {
        int free = SIZE - 1 - (head - tail);
        if (free <= 0 && termios.local(ICANON) && canonHead == tail) {
            return 1;
        }
        return Math.max(free, 0);
    }

    /** Bytes a reader could get at once: FIONREAD. */
    int available() {
        if (!termios.local(ICANON)) {
            return head - tail;
        }
        int n = canonHead - tail;
        for (int i = tail; i != canonHead; i++) {
            if (endOfFile[i & MASK]) {
                n--;
            }
        }
        return n;
    }

    /** A read asking for {@code minimum} bytes would not wait. */
    boolean readable(int minimum) {
        return termios.local(ICANON) ? canonHead != tail : head - tail >= minimum;
    }

    void flushInput() {
        tail = head;
        canonHead = head;
        literalNext = false;
    }

    /** Canonical mode was switched: what was typed so far counts as a line, or as plain bytes (n_tty_set_termios). */
    void canonicalChanged() {
        for (int i = tail; i != head; i++) {
            lineEnd[i & MASK] = false;
        }
        if (termios.local(ICANON) && head != tail) {
            lineEnd[head - 1 & MASK] = true;
            canonHead = head;
        } else {
            canonHead = tail;
        }
        literalNext = false;
    }

    // --- reading ---

    /** Copies one line (canonical) or all there is; the caller has checked {@link #readable}. @return bytes copied, 0 at an end of file */
    long read(IovIter to, MemorySegment scratch) {
        boolean canonical = termios.local(ICANON);
        int limit = (int) Math.min(to.remaining(), SIZE);
        int end = canonical ? canonHead : head;
        int n = 0;
        int next = tail;
        while (next != end) {
            int at = next & MASK;
            if (canonical && endOfFile[at]) {
                // Also right behind a full buffer, so that the next read does not see an end of file again.
                next++;
                break;
            }
            if (n == limit) {
                break;
            }
            scratch.set(ValueLayout.JAVA_BYTE, n++, bytes[at]);
            next++;
            if (canonical && lineEnd[at]) {
                break;
            }
        }
        long moved = to.copyOut(scratch, 0, n);
        if (moved < n) {
            return to.result(moved);
        }
        for (int i = tail; i != next; i++) {
            lineEnd[i & MASK] = false;
            endOfFile[i & MASK] = false;
        }
        tail = next;
        if (!canonical) {
            canonHead = tail;
        }
        return n;
    }

    // --- receiving ---

    void receive(int raw) {
        int c = termios.input(ISTRIP) ? raw & 0x7f : raw;
        if (termios.input(IUCLC) && termios.local(IEXTEN) && c >= 'A' && c <= 'Z') {
            c += 32;
        }
        if (termios.local(EXTPROC)) {
            store(c, false);
        } else if (literalNext) {
            literalNext = false;
            character(c);
        } else if (!flowControl(c) && !signal(c)) {
            if (stopped && termios.input(IXON) && termios.input(IXANY)) {
                stopped = false;
            }
            lineEnds(c);
        }
    }

    private boolean flowControl(int c) {
        if (!termios.input(IXON)) {
            return false;
        }
        if (termios.is(VSTART, c)) {
            stopped = false;
            return true;
        }
        if (termios.is(VSTOP, c)) {
            stopped = true;
            return true;
        }
        return false;
    }

    private boolean signal(int c) {
        if (!termios.local(ISIG)) {
            return false;
        }
        int signo = termios.is(VINTR, c)
                ? Signal.SIGINT
                : termios.is(VQUIT, c) ? Signal.SIGQUIT : termios.is(VSUSP, c) ? Signal.SIGTSTP : 0;
        if (signo == 0) {
            return false;
        }
        if (!termios.local(NOFLSH)) {
            flushInput();
        }
        if (termios.input(IXON)) {
            stopped = false;
        }
        if (termios.local(ECHO)) {
            echo.character(c);
        }
        signals |= 1L << (signo - 1);
        return true;
    }

    private void lineEnds(int c) {
        if (c == '\r') {
            if (termios.input(IGNCR)) {
                return;
            }
            edit(termios.input(ICRNL) ? '\n' : c);
        } else {
            edit(c == '\n' && termios.input(INLCR) ? '\r' : c);
        }
    }

    private void edit(int c) {
        if (termios.local(ICANON) && canonical(c)) {
            return;
        }
        character(c);
    }

    /** The characters that canonical mode treats specially. @return true if {@code c} was one */
    private boolean canonical(int c) {
        boolean extended = termios.local(IEXTEN);
        if (termios.is(VERASE, c) || termios.is(VKILL, c) || extended && termios.is(VWERASE, c)) {
            erase(c);
            return true;
        }
        if (extended && termios.is(VLNEXT, c)) {
            literalNext = true;
            if (termios.local(ECHO) && termios.local(ECHOCTL)) {
                echo.raw('^');
                echo.raw('\b');
            }
            return true;
        }
        if (extended && termios.is(VREPRINT, c) && termios.local(ECHO)) {
            echo.character(c);
            echo.newline();
            for (int i = canonHead; i != head; i++) {
                echo.character(bytes[i & MASK] & 0xff);
            }
            return true;
        }
        if (c == '\n') {
            if (termios.local(ECHO) || termios.local(ECHONL)) {
                echo.newline();
            }
            endLine(c, false);
            return true;
        }
        if (termios.is(VEOF, c)) {
            endLine(0, true);
            return true;
        }
        if (termios.is(VEOL, c) || extended && termios.is(VEOL2, c)) {
            if (termios.local(ECHO)) {
                echo.beginLine(canonHead == head);
                echo.character(c);
            }
            endLine(c, false);
            return true;
        }
        return false;
    }

    private void endLine(int c, boolean eof) {
        // One slot is always kept for the end of a line.
        if (head - tail >= SIZE) {
            head--;
        }
        bytes[head & MASK] = (byte) c;
        lineEnd[head & MASK] = true;
        endOfFile[head & MASK] = eof;
        head++;
        canonHead = head;
    }

    private void character(int c) {
        if (termios.local(ECHO)) {
            if (c == '\n') {
                echo.newline();
            } else {
                echo.beginLine(canonHead == head);
                echo.character(c);
            }
        }
        if (c == 0xff && termios.input(PARMRK)) {
            store(c, false);
        }
        store(c, false);
    }

    private void store(int c, boolean end) {
        if (head - tail >= SIZE - 1) {
            if (termios.input(IMAXBEL)) {
                echo.raw(7);
            }
            return;
        }
        bytes[head & MASK] = (byte) c;
        lineEnd[head & MASK] = end;
        endOfFile[head & MASK] = false;
        head++;
    }

    private void erase(int c) {
        if (head == canonHead) {
            return;
        }
        boolean kill = termios.is(VKILL, c);
        if (kill && !(termios.local(ECHO) && termios.local(ECHOK) && termios.local(ECHOKE) && termios.local(ECHOE))) {
            head = canonHead;
            if (termios.local(ECHO)) {
                echo.character(c);
                if (termios.local(ECHOK)) {
                    echo.newline();
                }
            }
            return;
        }
        boolean word = !kill && !termios.is(VERASE, c);
        boolean seenAlphanumeric = false;
        while (head != canonHead) {
            int from = head - 1;
            while (termios.input(IUTF8) && from != canonHead && (bytes[from & MASK] & 0xc0) == 0x80) {
                from--;
            }
            int erased = bytes[from & MASK] & 0xff;
            if (word) {
                boolean alphanumeric = Character.isLetterOrDigit(erased) || erased == '_' || erased >= 0x80;
                if (alphanumeric) {
                    seenAlphanumeric = true;
                } else if (seenAlphanumeric) {
                    break;
                }
            }
            head = from;
            if (termios.local(ECHO)) {
                echo.erased(c, erased, bytes, canonHead, head);
            }
            if (!kill && !word) {
                break;
            }
        }
    }
}
