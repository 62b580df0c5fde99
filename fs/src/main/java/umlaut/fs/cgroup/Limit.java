package umlaut.fs.cgroup;

import umlaut.abi.Errno;
import umlaut.kernel.cgroup.Cgroup;

/** Limits as the files of a group write them: numbers, or "max". */
final class Limit {
    private static final long PAGE = 4096;
    private static final String MAX = "max";

    private Limit() {}

    static String text(long limit) {
        return (limit == Cgroup.UNLIMITED ? MAX : Long.toString(limit)) + "\n";
    }

    private static long number(String text) {
        try {
            return Long.decode(text.strip());
        } catch (NumberFormatException e) {
            throw Errno.EINVAL.exception();
        }
    }

    /** How many there may be, not negative. @throws umlaut.abi.ErrnoException EINVAL, ERANGE */
    static long count(String text) {
        return text.strip().equals(MAX) ? Cgroup.UNLIMITED : within(text, 0, Integer.MAX_VALUE);
    }

    /** @throws umlaut.abi.ErrnoException EINVAL, ERANGE */
    static long within(String text, long least, long most) {
        long value = number(text);
        if (value < least || value > most) {
            throw Errno.ERANGE.exception();
        }
        return value;
    }

    /** Tasks. @throws umlaut.abi.ErrnoException EINVAL */
    static long tasks(String text) {
        if (text.strip().equals(MAX)) {
            return Cgroup.UNLIMITED;
        }
        long value = number(text);
        if (value < 0 || value >= 1 << 22) {
            throw Errno.EINVAL.exception();
        }
        return value;
    }

    /** Bytes, in whole pages, with an ending as "64M" (memparse). @throws umlaut.abi.ErrnoException EINVAL */
    static long bytes(String text) {
        String word = text.strip();
        if (word.equals(MAX)) {
            return Cgroup.UNLIMITED;
        }
        int shift = word.isEmpty()
                ? 0
                : switch (word.charAt(word.length() - 1)) {
                    case 'k', 'K' -> 10;
                    case 'm', 'M' -> 20;
                    case 'g', 'G' -> 30;
                    case 't', 'T' -> 40;
                    default -> 0;
                };
        long value = number(shift == 0 ? word : word.substring(0, word.length() - 1));
        if (value < 0) {
            throw Errno.EINVAL.exception();
        }
        long bytes = value << shift;
        return bytes >> shift != value || bytes < 0 ? Cgroup.UNLIMITED : bytes / PAGE * PAGE;
    }
}
