package umlaut.fs.proc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import umlaut.kernel.mm.Mm;

/**
 * What a process's own memory tells of how it was started: proc_pid_cmdline(5), proc_pid_environ(5), proc_pid_auxv(5).
 */
final class UserStrings {
    private static final int MOST = 2 << 20;

    private UserStrings() {}

    static String cmdline(Subject subject) {
        Mm mm = subject.acquireMm();
        return mm == null ? "" : cmdline(mm);
    }

    /** @param mm released here */
    static String cmdline(Mm mm) {
        try {
            long start = mm.layout.argStart;
            String arguments = read(mm, start, mm.layout.argEnd);
            if (arguments.isEmpty() || arguments.charAt(arguments.length() - 1) == 0) {
                return arguments;
            }
            // The program has written a title of its own over its arguments, maybe on into the environment.
            String title = read(mm, start, Math.max(mm.layout.argEnd, mm.layout.envEnd));
            int end = title.indexOf('\0');
            return end < 0 ? title : title.substring(0, end + 1);
        } finally {
            mm.release();
        }
    }

    static String environ(Subject subject) {
        Mm mm = subject.acquireMm();
        if (mm == null) {
            return "";
        }
        try {
            return read(mm, mm.layout.envStart, mm.layout.envEnd);
        } finally {
            mm.release();
        }
    }

    static String auxv(Subject subject) {
        Mm mm = subject.acquireMm();
        if (mm == null) {
            return "";
        }
        try {
            long[] auxv = mm.layout.auxv;
            StringBuilder out = new StringBuilder(auxv.length * Long.BYTES);
            for (long value : auxv) {
                for (int shift = 0; shift < Long.SIZE; shift += 8) {
                    out.append((char) (value >>> shift & 0xff));
                }
            }
            return out.toString();
        } finally {
            mm.release();
        }
    }

    private static String read(Mm mm, long start, long end) {
        int length = (int) Math.min(MOST, end - start);
        if (length <= 0) {
            return "";
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(length);
            long got = Math.max(0, mm.space().read(start, room, 0, length));
            return new String(room.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        }
    }
}
