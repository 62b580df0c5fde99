package umlaut.fs.ext4;

import java.nio.charset.StandardCharsets;
import umlaut.fs.disk.Bytes;

/**
 * One block of a directory: entries one behind the other, each as long as to the next one (struct ext4_dir_entry_2). With checksums the last 12 bytes are an entry without inode that
 * holds the sum.
 */
final class DirBlock {
    static final int HEADER = 8, TAIL = 12;
    static final int TAIL_TYPE = 0xde;

    private DirBlock() {}

    static long ino(byte[] b, int at) {
        return Bytes.u32(b, at);
    }

    static int length(byte[] b, int at) {
        int n = Bytes.u16(b, at + 4);
        return n == 0 || n == 65535 ? 65536 : n;
    }

    static int nameLength(byte[] b, int at) {
        return Bytes.u8(b, at + 6);
    }

    static int type(byte[] b, int at) {
        return Bytes.u8(b, at + 7);
    }

    static String name(byte[] b, int at) {
        return new String(b, at + HEADER, nameLength(b, at), StandardCharsets.ISO_8859_1);
    }

    /** Bytes an entry needs. */
    static int need(int nameLength) {
        return HEADER + nameLength + 3 & ~3;
    }

    static boolean is(byte[] b, int at, String name) {
        if (Bytes.i32(b, at) == 0 || nameLength(b, at) != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if ((b[at + HEADER + i] & 0xff) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    static void put(byte[] b, int at, int length, long ino, String name, int type) {
        Bytes.put32(b, at, ino);
        Bytes.put16(b, at + 4, length);
        b[at + 6] = (byte) name.length();
        b[at + 7] = (byte) type;
        for (int i = 0; i < name.length(); i++) {
            b[at + HEADER + i] = (byte) name.charAt(i);
        }
    }

    /** Are all entries within {@code end} bytes and in order? */
    static boolean isSane(byte[] b, int end) {
        int at = 0;
        while (at < end) {
            if (at + HEADER > end) {
                return false;
            }
            int length = length(b, at);
            if (length < HEADER || (length & 3) != 0 || at + length > end || need(nameLength(b, at)) > length) {
                return false;
            }
            at += length;
        }
        return true;
    }

    /** @return the entry's place, or -1 */
    static int find(byte[] b, int end, String name) {
        for (int at = 0; at < end; at += length(b, at)) {
            if (is(b, at, name)) {
                return at;
            }
        }
        return -1;
    }

    /** Puts an entry where there is room. @return false if there is none */
    static boolean add(byte[] b, int end, long ino, String name, int type) {
        int need = need(name.length());
        for (int at = 0; at < end; ) {
            int length = length(b, at);
            int used = Bytes.i32(b, at) == 0 ? 0 : need(nameLength(b, at));
            if (length - used >= need) {
                if (used > 0) {
                    Bytes.put16(b, at + 4, used);
                }
                put(b, at + used, length - used, ino, name, type);
                return true;
            }
            at += length;
        }
        return false;
    }

    /** Takes the entry at {@code place} out: the one before gets its room. */
    static void remove(byte[] b, int place) {
        int before = -1;
        for (int at = 0; at < place; at += length(b, at)) {
            before = at;
        }
        if (before >= 0) {
            Bytes.put16(b, before + 4, length(b, before) + length(b, place));
        }
        Bytes.put32(b, place, 0);
    }

    /** An empty block of entries. */
    static void format(byte[] b, int end) {
        java.util.Arrays.fill(b, (byte) 0);
        Bytes.put16(b, 4, end);
        if (end < b.length) {
            Bytes.put16(b, end + 4, TAIL);
            b[end + 7] = (byte) TAIL_TYPE;
        }
    }
}
