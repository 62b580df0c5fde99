package umlaut.abi;

import java.lang.foreign.MemorySegment;

/**
 * struct linux_dirent64, an entry that getdents64(2) writes, and its elder, struct linux_dirent of getdents(2): the same head, but for the type, which the elder
 * has in its last byte and the younger before the name. The name ends with a NUL; entries are padded to 8 bytes. Names are strings of bytes, one in each char.
 *
 * <p>Linux: {@code include/linux/dirent.h}, {@code fs/readdir.c}; man page: getdents(2).
 */
public final class Dirent64 {
    public static final int D_INO = 0;
    public static final int D_OFF = 8;
    public static final int D_RECLEN = 16;
    public static final int D_TYPE = 18;
    public static final int D_NAME = 19;
    private static final int OLD_NAME = 18;

    private Dirent64() {}

    /** The bytes of an entry with a name of so many bytes. @param old whether for getdents(2) */
    public static int recordLength(int nameLength, boolean old) {
        return (old ? OLD_NAME + nameLength + 2 : D_NAME + nameLength + 1) + 7 & ~7;
    }

    /**
     * Writes an entry, NUL and padding included.
     *
     * @return its length in bytes; nothing is checked, so there must be room
     */
    public static int write(MemorySegment to, long at, long ino, long off, int type, String name, boolean old) {
        int nameLength = name.length();
        int length = recordLength(nameLength, old);
        long start = at + (old ? OLD_NAME : D_NAME);
        Le.putLong(to, at + length - 8, 0);
        Le.putLong(to, at + D_INO, ino);
        Le.putLong(to, at + D_OFF, off);
        Le.putShort(to, at + D_RECLEN, length);
        for (int i = 0; i < nameLength; i++) {
            Le.putByte(to, start + i, name.charAt(i));
        }
        Le.putByte(to, start + nameLength, 0);
        Le.putByte(to, old ? at + length - 1 : at + D_TYPE, type);
        return length;
    }
}
