package umlaut.kernel.tty;

import static umlaut.abi.Ioctl.*;
import static umlaut.abi.TermiosFlags.*;

/** Packet mode of a pty master (TIOCPKT, ioctl_tty(2)): control bytes before the data. Guarded by the terminal's lock. */
final class PacketMode {
    private boolean enabled;
    private boolean flowByKeys = true;
    private int pending;

    boolean enabled() {
        return enabled;
    }

    void enable(boolean on) {
        enabled = on;
        pending = 0;
    }

    /** Control bits to be read next, or 0. */
    int header() {
        return enabled ? pending : 0;
    }

    int take() {
        int bits = pending;
        pending = 0;
        return bits;
    }

    void flushed(int which) {
        if (which == TCIFLUSH || which == TCIOFLUSH) {
            pending |= TIOCPKT_FLUSHREAD;
        }
        if (which == TCOFLUSH || which == TCIOFLUSH) {
            pending |= TIOCPKT_FLUSHWRITE;
        }
    }

    /** Whether Ctrl-S and Ctrl-Q do flow control now. */
    void flow(boolean byKeys) {
        if (byKeys != flowByKeys) {
            flowByKeys = byKeys;
            pending = pending & ~(TIOCPKT_DOSTOP | TIOCPKT_NOSTOP) | (byKeys ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP);
        }
    }
}
