package umlaut.abi;

import java.lang.foreign.MemorySegment;

/**
 * struct linux_dirent: the head of an entry that getdents(2) writes; name and NUL follow, padding, and the type in the last byte.
 *
 * <p>Linux: {@code fs/readdir.c}; man page: getdents(2).
 */
public final class Dirent {
    public static final int D_INO = 0;
    public static final int D_OFF = 8;
    public static final int D_RECLEN = 16;
    public static final int D_NAME = 18;
    /** Bytes before the name. */
    public static final int SIZE = 18;

    private Dirent() {}

    /** The bytes of an entry with a name of so many bytes. */
    public static int recordLength(int nameLength) {
        return D_NAME + nameLength + 2 + 7 & ~7;
    }

    /**
     * Writes an entry, NUL, padding and type included.
     *
     * @return its length in bytes; nothing is checked, so there must be room
     */
    public static int write(MemorySegment to, long at, long ino, long off, int type, byte[] name) {
        int length = recordLength(name.length);
        Le.putLong(to, at + length - 8, 0);
        Le.putLong(to, at + D_INO, ino);
        Le.putLong(to, at + D_OFF, off);
        Le.putShort(to, at + D_RECLEN, length);
        Le.putBytes(to, at + D_NAME, name);
        Le.putByte(to, at + length - 1, type);
        return length;
    }
}
