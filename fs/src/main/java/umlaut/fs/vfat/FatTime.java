package umlaut.fs.vfat;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Dates since 1980 and times in steps of two seconds, 16 bits each. */
final class FatTime {
    private static final long SECOND = 1_000_000_000L;
    private static final int FIRST_YEAR = 1980, LAST_YEAR = 2107;

    private FatTime() {}

    /** @param hundredths more, up to 199. @return ns since 1970 */
    static long of(int date, int time, int hundredths) {
        try {
            LocalDateTime t = LocalDateTime.of(
                    FIRST_YEAR + (date >> 9),
                    Math.max(1, date >> 5 & 15),
                    Math.max(1, date & 31),
                    time >> 11,
                    time >> 5 & 63,
                    (time & 31) * 2);
            return t.toEpochSecond(ZoneOffset.UTC) * SECOND + hundredths * (SECOND / 100);
        } catch (DateTimeException e) {
            return 0;
        }
    }

    private static LocalDateTime local(long ns) {
        LocalDateTime t = LocalDateTime.ofEpochSecond(Math.floorDiv(ns, SECOND), 0, ZoneOffset.UTC);
        if (t.getYear() < FIRST_YEAR) {
            return LocalDateTime.of(FIRST_YEAR, 1, 1, 0, 0, 0);
        }
        return t.getYear() > LAST_YEAR ? LocalDateTime.of(LAST_YEAR, 12, 31, 23, 59, 58) : t;
    }

    static int date(long ns) {
        LocalDateTime t = local(ns);
        return t.getYear() - FIRST_YEAR << 9 | t.getMonthValue() << 5 | t.getDayOfMonth();
    }

    static int time(long ns) {
        LocalDateTime t = local(ns);
        return t.getHour() << 11 | t.getMinute() << 5 | t.getSecond() / 2;
    }

    static int hundredths(long ns) {
        return (int) (local(ns).getSecond() % 2 * 100 + Math.floorMod(ns, SECOND) / (SECOND / 100));
    }
}
