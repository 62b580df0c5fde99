package umlaut.fs.iso9660;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import umlaut.fs.disk.Bytes;

/** Times of iso9660: seven bytes, years since 1900, and of Rock Ridge: sixteen digits. Both have the distance from Greenwich in quarters of an hour. */
final class IsoTime {
    private static final int QUARTER = 900;

    private IsoTime() {}

    /** @return ns since 1970; 0 for what is no time */
    static long of(byte[] b, int at) {
        return time(1900 + Bytes.u8(b, at), b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], 0, b[at + 6]);
    }

    static long wide(byte[] b, int at) {
        return time(
                digits(b, at, 4),
                digits(b, at + 4, 2),
                digits(b, at + 6, 2),
                digits(b, at + 8, 2),
                digits(b, at + 10, 2),
                digits(b, at + 12, 2),
                digits(b, at + 14, 2) * 10_000_000,
                b[at + 16]);
    }

    private static int digits(byte[] b, int at, int n) {
        int value = 0;
        for (int i = at; i < at + n; i++) {
            value = value * 10 + (b[i] - '0');
        }
        return value;
    }

    private static long time(int year, int month, int day, int hour, int minute, int second, int ns, int zone) {
        try {
            LocalDateTime time = LocalDateTime.of(year, month, day, hour, minute, second, ns);
            return (time.toEpochSecond(ZoneOffset.UTC) - (long) zone * QUARTER) * 1_000_000_000L + ns;
        } catch (DateTimeException e) {
            return 0;
        }
    }
}
