package umlaut.kernel.tty;

import static umlaut.abi.TermiosFlags.*;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A terminal's settings, termios(3), in the kernel's layout (asm-generic/termbits.h): four flag words, line discipline number, 19 control characters, two speeds. Not
 * thread-safe: guarded by the terminal's lock.
 */
public final class Termios {
    public static final int NCCS = 19;
    /** sizeof(struct termios) of the kernel, without speeds. */
    public static final int SIZE = 36;
    /** sizeof(struct termios2). */
    public static final int SIZE2 = 44;
    /** sizeof(struct termio), the old System V form. */
    public static final int TERMIO_SIZE = 18;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final int DEFAULT_SPEED = 38400;

    public int iflag = ICRNL | IXON;
    public int oflag = OPOST | ONLCR;
    public int cflag = B38400 | CS8 | CREAD;
    public int lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    public int line;
    public final byte[] cc = new byte[NCCS];
    public int inputSpeed = DEFAULT_SPEED;
    public int outputSpeed = DEFAULT_SPEED;

    public Termios() {
        cc[VINTR] = 3;
        cc[VQUIT] = 28;
        cc[VERASE] = 127;
        cc[VKILL] = 21;
        cc[VEOF] = 4;
        cc[VMIN] = 1;
        cc[VSTART] = 17;
        cc[VSTOP] = 19;
        cc[VSUSP] = 26;
        cc[VREPRINT] = 18;
        cc[VDISCARD] = 15;
        cc[VWERASE] = 23;
        cc[VLNEXT] = 22;
    }

    public boolean input(int bits) {
        return (iflag & bits) != 0;
    }

    public boolean output(int bits) {
        return (oflag & bits) != 0;
    }

    public boolean local(int bits) {
        return (lflag & bits) != 0;
    }

    /** Is {@code c} (0 to 255) the control character at {@code index}? A zero entry is disabled. */
    public boolean is(int index, int c) {
        return cc[index] != 0 && (cc[index] & 0xff) == c;
    }

    /** All flags clear and all characters 0. */
    static Termios zero() {
        Termios zero = new Termios();
        zero.iflag = 0;
        zero.oflag = 0;
        zero.cflag = 0;
        zero.lflag = 0;
        Arrays.fill(zero.cc, (byte) 0);
        return zero;
    }

    /** Takes over what {@code locked} does not hold: by bits of the flag words, by whole characters. */
    void copyFrom(Termios other, Termios locked) {
        iflag = iflag & locked.iflag | other.iflag & ~locked.iflag;
        oflag = oflag & locked.oflag | other.oflag & ~locked.oflag;
        cflag = cflag & locked.cflag | other.cflag & ~locked.cflag;
        lflag = lflag & locked.lflag | other.lflag & ~locked.lflag;
        line = locked.line != 0 ? line : other.line;
        for (int i = 0; i < NCCS; i++) {
            cc[i] = locked.cc[i] != 0 ? cc[i] : other.cc[i];
        }
        inputSpeed = other.inputSpeed;
        outputSpeed = other.outputSpeed;
    }

    public void copyFrom(Termios other) {
        iflag = other.iflag;
        oflag = other.oflag;
        cflag = other.cflag;
        lflag = other.lflag;
        line = other.line;
        System.arraycopy(other.cc, 0, cc, 0, NCCS);
        inputSpeed = other.inputSpeed;
        outputSpeed = other.outputSpeed;
    }

    /** @param out room for {@link #SIZE} or {@link #SIZE2} bytes; the speeds are written when they fit */
    public void store(MemorySegment out) {
        out.set(INT, 0, iflag);
        out.set(INT, 4, oflag);
        out.set(INT, 8, cflag);
        out.set(INT, 12, lflag);
        out.set(BYTE, 16, (byte) line);
        MemorySegment.copy(cc, 0, out, BYTE, 17, NCCS);
        if (out.byteSize() >= SIZE2) {
            out.set(INT, 36, inputSpeed);
            out.set(INT, 40, outputSpeed);
        }
    }

    public void load(MemorySegment in) {
        iflag = in.get(INT, 0);
        oflag = in.get(INT, 4);
        cflag = in.get(INT, 8);
        lflag = in.get(INT, 12);
        line = in.get(BYTE, 16);
        MemorySegment.copy(in, BYTE, 17, cc, 0, NCCS);
        if (in.byteSize() >= SIZE2) {
            inputSpeed = in.get(INT, 36);
            outputSpeed = in.get(INT, 40);
        }
    }

    /** struct termio: 16-bit flags, 8 control characters. */
    public void storeOld(MemorySegment out) {
        out.set(SHORT, 0, (short) iflag);
        out.set(SHORT, 2, (short) oflag);
        out.set(SHORT, 4, (short) cflag);
        out.set(SHORT, 6, (short) lflag);
        out.set(BYTE, 8, (byte) line);
        MemorySegment.copy(cc, 0, out, BYTE, 9, 8);
    }

    public void loadOld(MemorySegment in) {
        iflag = iflag & ~0xffff | in.get(SHORT, 0) & 0xffff;
        oflag = oflag & ~0xffff | in.get(SHORT, 2) & 0xffff;
        cflag = cflag & ~0xffff | in.get(SHORT, 4) & 0xffff;
        lflag = lflag & ~0xffff | in.get(SHORT, 6) & 0xffff;
        line = in.get(BYTE, 8);
        MemorySegment.copy(in, BYTE, 9, cc, 0, 8);
    }
}
