package umlaut.abi;

import java.lang.foreign.MemorySegment;

/**
 * struct linux_dirent64: the head of an entry that getdents64(2) writes; the name follows, with its NUL, and padding to 8 bytes.
 *
 * <p>Linux: {@code include/linux/dirent.h}; man page: getdents(2).
 */
public final class Dirent64 {
    public static final int D_INO = 0;
    public static final int D_OFF = 8;
    public static final int D_RECLEN = 16;
    public static final int D_TYPE = 18;
    public static final int D_NAME = 19;
    /** Bytes before the name. */
    public static final int SIZE = 19;

    private Dirent64() {}

    /** The bytes of an entry with a name of so many bytes. */
    public static int recordLength(int nameLength) {
        return D_NAME + nameLength + 1 + 7 & ~7;
    }

    /**
     * Writes an entry, NUL and padding included.
     *
     * @return its length in bytes; nothing is checked, so there must be room
     */
    public static int write(MemorySegment to, long at, long ino, long off, int type, byte[] name) {
        int length = recordLength(name.length);
        Le.putLong(to, at + length - 8, 0);
        Le.putLong(to, at + D_INO, ino);
        Le.putLong(to, at + D_OFF, off);
        Le.putShort(to, at + D_RECLEN, length);
        Le.putByte(to, at + D_TYPE, type);
        Le.putBytes(to, at + D_NAME, name);
        return length;
    }
}
