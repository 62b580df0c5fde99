package umlaut.fs.squashfs;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Extended attributes, xattr(7): names with the kind of prefix as a number, and values, which stand elsewhere when they are shared (Linux: fs/squashfs/xattr.c). */
final class SquashXattrs {
    private static final String[] PREFIXES = {"user.", "trusted.", "security."};
    private static final int ELSEWHERE = 0x100;
    private static final int MOST = 1 << 16;

    private SquashXattrs() {}

    static Map<String, byte[]> read(SquashFs fs, long table, Cursor cursor, long count) {
        Map<String, byte[]> all = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            int type = cursor.u16();
            String name = new String(cursor.take(cursor.u16()), StandardCharsets.ISO_8859_1);
            byte[] value = value(fs, cursor);
            if ((type & ELSEWHERE) != 0) {
                if (value.length != 8) {
                    throw fs.damaged("a reference to an attribute's value of " + value.length + " bytes");
                }
                value = value(fs, new Cursor(fs, table, umlaut.fs.disk.Bytes.i64(value, 0)));
            }
            int prefix = type & ELSEWHERE - 1;
            if (prefix < PREFIXES.length) {
                all.put(PREFIXES[prefix] + name, value);
            }
        }
        return all;
    }

    private static byte[] value(SquashFs fs, Cursor cursor) {
        long size = cursor.u32();
        if (size > MOST) {
            throw fs.damaged("an attribute's value of " + size + " bytes");
        }
        return cursor.take((int) size);
    }
}
