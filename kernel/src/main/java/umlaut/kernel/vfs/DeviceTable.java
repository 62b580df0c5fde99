package umlaut.kernel.vfs;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;

/** Device drivers by number (Linux: fs/char_dev.c, block/genhd.c). Numbers are {@code makedev(major, minor)}. */
public final class DeviceTable {
    /** As minor: every minor of the major that has no driver of its own. */
    public static final int ALL_MINORS = -1;

    private record Entry(String name, CharDevice driver) {}

    private final Map<Long, Entry> chars = new ConcurrentHashMap<>();
    private final Map<Long, Entry> blocks = new ConcurrentHashMap<>();

    /** The st_dev form of a number pair. See makedev(3). */
    public static long number(int major, int minor) {
        long high = major & 0xfff_ffffL;
        long low = minor & 0xffff_ffffL;
        return (high & 0xfff) << 8 | (high & 0xfff_f000L) << 32 | low & 0xff | (low & 0xffff_ff00L) << 12;
    }

    public static int major(long device) {
        return (int) (device >>> 8 & 0xfff | device >>> 32 & 0xfff_f000L);
    }

    public static int minor(long device) {
        return (int) (device & 0xff | device >>> 12 & 0xffff_ff00L);
    }

    public void registerChar(int major, int minor, CharDevice driver) {
        registerChar(major, minor, "", driver);
    }

    /** @param name as /proc/devices lists the major */
    public void registerChar(int major, int minor, String name, CharDevice driver) {
        chars.put(key(major, minor), new Entry(name, driver));
    }

    public void registerBlock(int major, int minor, String name, CharDevice driver) {
        blocks.put(key(major, minor), new Entry(name, driver));
    }

    public void unregisterChar(int major, int minor) {
        chars.remove(key(major, minor));
    }

    public void unregisterBlock(int major, int minor) {
        blocks.remove(key(major, minor));
    }

    /** @throws umlaut.abi.ErrnoException ENXIO */
    CharDevice driver(boolean block, long device) {
        Map<Long, Entry> table = block ? blocks : chars;
        Entry entry = find(table, major(device), minor(device));
        if (entry == null) {
            throw Errno.ENXIO.exception();
        }
        return entry.driver;
    }

    /** Majors and their names, for /proc/devices. */
    public SortedMap<Integer, String> majors(boolean block) {
        SortedMap<Integer, String> names = new TreeMap<>();
        (block ? blocks : chars).forEach((key, entry) -> {
            if (!entry.name.isEmpty()) {
                names.putIfAbsent((int) (key >> 32), entry.name);
            }
        });
        return names;
    }

    private static @Nullable Entry find(Map<Long, Entry> table, int major, int minor) {
        Entry entry = table.get(key(major, minor));
        return entry != null ? entry : table.get(key(major, ALL_MINORS));
    }

    private static long key(int major, int minor) {
        return (long) major << 32 | minor & 0xffff_ffffL;
    }
}
