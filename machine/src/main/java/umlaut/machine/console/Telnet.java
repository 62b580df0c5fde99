package umlaut.machine.console;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.BiConsumer;
import umlaut.host.Layouts;

/**
 * The server's side of TELNET (RFC 854), for one connection: the client is asked to leave echo (RFC 857) to us, to send each character as it is typed (RFC 858), and to tell its window's size (RFC 1073);
 * whatever else it offers is left unanswered, which is no. Used by two threads, one for each direction, which share nothing.
 */
final class Telnet implements Codec {
    private static final int IAC = 255, DONT = 254, DO = 253, WONT = 252, WILL = 251, SB = 250, SE = 240;
    private static final int ECHO = 1, SUPPRESS_GO_AHEAD = 3, NAWS = 31;
    private static final int CR = '\r', LF = '\n';
    private static final int MOST_OPTION = 64;

    /** What a server says first. */
    static final byte[] GREETING = {
        (byte) IAC, (byte) WILL, ECHO,
        (byte) IAC, (byte) WILL, SUPPRESS_GO_AHEAD,
        (byte) IAC, (byte) DO, NAWS,
    };

    private enum State {
        DATA,
        AFTER_CR,
        COMMAND,
        OPTION,
        SUBNEGOTIATION,
        SUBNEGOTIATION_COMMAND
    }

    private final BiConsumer<Integer, Integer> resized;
    private final byte[] option = new byte[MOST_OPTION];
    private State state = State.DATA;
    private int optionLength;
    private boolean afterCr;

    /** @param resized told rows and columns */
    Telnet(BiConsumer<Integer, Integer> resized) {
        this.resized = resized;
    }

    @Override
    public int decode(MemorySegment bytes, int length) {
        int kept = 0;
        for (int i = 0; i < length; i++) {
            int c = bytes.get(Layouts.BYTE, i) & 0xff;
            if (isData(c)) {
                bytes.set(Layouts.BYTE, kept++, (byte) c);
            }
        }
        return kept;
    }

    /** Is the byte the user's? */
    private boolean isData(int c) {
        switch (state) {
            case DATA, AFTER_CR -> {
                boolean second = state == State.AFTER_CR && (c == 0 || c == LF);
                if (c == IAC) {
                    state = State.COMMAND;
                    return false;
                }
                state = c == CR ? State.AFTER_CR : State.DATA;
                return !second;
            }
            case COMMAND -> {
                if (c == SB) {
                    optionLength = 0;
                }
                state = c == SB ? State.SUBNEGOTIATION : c >= WILL && c <= DONT ? State.OPTION : State.DATA;
                return c == IAC;
            }
            case OPTION -> state = State.DATA;
            case SUBNEGOTIATION -> {
                if (c == IAC) {
                    state = State.SUBNEGOTIATION_COMMAND;
                } else {
                    keep(c);
                }
            }
            case SUBNEGOTIATION_COMMAND -> {
                state = c == SE ? State.DATA : State.SUBNEGOTIATION;
                if (c == SE) {
                    takeOption();
                } else if (c == IAC) {
                    keep(c);
                }
            }
        }
        return false;
    }

    private void keep(int c) {
        if (optionLength < MOST_OPTION) {
            option[optionLength++] = (byte) c;
        }
    }

    private void takeOption() {
        if (optionLength == 5 && option[0] == NAWS) {
            int columns = (option[1] & 0xff) << 8 | option[2] & 0xff;
            int rows = (option[3] & 0xff) << 8 | option[4] & 0xff;
            resized.accept(rows, columns);
        }
        Arrays.fill(option, (byte) 0);
    }

    @Override
    public int encode(MemorySegment bytes, int length, MemorySegment to) {
        int n = 0;
        for (int i = 0; i < length; i++) {
            int c = bytes.get(Layouts.BYTE, i) & 0xff;
            if (afterCr && c != LF) {
                to.set(Layouts.BYTE, n++, (byte) 0);
            }
            afterCr = c == CR;
            to.set(Layouts.BYTE, n++, (byte) c);
            if (c == IAC) {
                to.set(Layouts.BYTE, n++, (byte) IAC);
            }
        }
        return n;
    }
}
