package umlaut.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Host terminals: modes and window size. See ioctl_tty(2), termios(3). */
public final class Terminals {
    /** Bytes of the kernel's struct termios: four flag words, line discipline, 19 control characters. */
    public static final int TERMIOS_SIZE = 36;

    private static final long TCGETS = 0x5401, TCSETSW = 0x5403, TIOCGWINSZ = 0x5413, TIOCSWINSZ = 0x5414;

    private Terminals() {}

    /** Whether {@code fd} is a terminal. */
    public static boolean isTerminal(int fd) {
        return Files.ioctl(fd, TCGETS, Scratch.arguments().address()) == 0;
    }

    /** The terminal's modes as the kernel's struct termios. @return null if it is no terminal */
    public static byte @org.jspecify.annotations.Nullable [] getModes(int fd) {
        MemorySegment room = Scratch.arguments();
        if (Files.ioctl(fd, TCGETS, room.address()) != 0) {
            return null;
        }
        return room.asSlice(0, TERMIOS_SIZE).toArray(Layouts.BYTE);
    }

    /** Sets modes once pending output is written. @return 0 or -errno */
    public static long setModes(int fd, byte[] termios) {
        MemorySegment room = Scratch.arguments();
        MemorySegment.copy(termios, 0, room, Layouts.BYTE, 0, TERMIOS_SIZE);
        return Files.ioctl(fd, TCSETSW, room.address());
    }

    /** The same modes made raw, as cfmakeraw(3): no echo, no line editing, no signals, 8 bits. */
    public static byte[] raw(byte[] termios) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment t = arena.allocateFrom(Layouts.BYTE, termios);
            t.set(Layouts.INT, 0, t.get(Layouts.INT, 0) & ~0x5eb); // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
            t.set(Layouts.INT, 4, t.get(Layouts.INT, 4) & ~1); // OPOST
            t.set(Layouts.INT, 8, t.get(Layouts.INT, 8) & ~0x130 | 0x30); // CSIZE PARENB; CS8
            t.set(Layouts.INT, 12, t.get(Layouts.INT, 12) & ~0x804b); // ECHO ECHONL ICANON ISIG IEXTEN
            t.set(Layouts.BYTE, 17 + 6, (byte) 1); // VMIN
            t.set(Layouts.BYTE, 17 + 5, (byte) 0); // VTIME
            return t.toArray(Layouts.BYTE);
        }
    }

    /** Window size as rows in the low 16 bits and columns above. @return or -errno */
    public static long getWindowSize(int fd) {
        MemorySegment room = Scratch.arguments();
        long result = Files.ioctl(fd, TIOCGWINSZ, room.address());
        return result < 0 ? result : room.get(Layouts.INT, 0) & 0xffffffffL;
    }

    public static long setWindowSize(int fd, int rows, int columns) {
        MemorySegment room = Scratch.arguments();
        room.set(Layouts.INT, 0, rows & 0xffff | columns << 16);
        room.set(Layouts.INT, 4, 0);
        return Files.ioctl(fd, TIOCSWINSZ, room.address());
    }
}
