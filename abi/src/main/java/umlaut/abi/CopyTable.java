package umlaut.abi;

import java.nio.charset.StandardCharsets;

/**
 * Which guest memory the stub should copy in with a system call, in a form that a few lines of assembler can follow.
 *
 * <p>The table is {@link #RECORDS} records of {@link #RECORD_SIZE} bytes, indexed by system call number (numbers from
 * RECORDS on copy nothing). A record:
 *
 * <pre>
 *   byte 0        number of entries, 0 to {@link #MAX_ENTRIES}
 *   byte 1        flags: {@link #FORKS}
 *   bytes 2, 3    zero
 *   bytes 4 + 4i  entry i: { argument index 0..5, kind, x, y }
 * </pre>
 *
 * <p>Kinds: {@link #PATH} a text up to its NUL, at most 4,096 bytes; {@link #FIXED} x + 256 y bytes; {@link #COUNTED} as
 * many bytes as argument x, taken as unsigned 64 bits, times y; {@link #BITS} a bitmap of as many bits as argument x, a
 * signed 32-bit number, rounded up to 64. An argument that is NULL, or memory that faults, or is longer than the stub
 * has room for, is simply not copied: the kernel then reads it the slow way and finds out what is wrong.
 *
 * <p>The bytes are derived from {@code syscalls.tsv} and compiled in, so that a kernel's start need not read that file; a
 * test keeps the two in step.
 */
public final class CopyTable {
    public static final int RECORDS = 512;
    public static final int RECORD_SIZE = 32;
    public static final int MAX_ENTRIES = 7;
    public static final int SIZE = RECORDS * RECORD_SIZE;

    // Flags of a record

    /** The call makes a new thread or process, which needs the caller's vector state. */
    public static final int FORKS = 1;

    // Kinds of an entry

    public static final int PATH = 1;
    public static final int FIXED = 2;
    public static final int COUNTED = 3;
    public static final int BITS = 4;

    private CopyTable() {}

    /** The table: a new array of {@link #SIZE} bytes. */
    public static byte[] bytes() {
        byte[] packed = CopyTableData.PACKED.getBytes(StandardCharsets.ISO_8859_1);
        byte[] table = new byte[SIZE];
        // Packed: number in two bytes (low first), record head in two, the entries.
        for (int at = 0; at < packed.length; ) {
            int record = (packed[at] & 0xff | (packed[at + 1] & 0xff) << 8) * RECORD_SIZE;
            int entries = packed[at + 2];
            table[record] = packed[at + 2];
            table[record + 1] = packed[at + 3];
            System.arraycopy(packed, at + 4, table, record + 4, 4 * entries);
            at += 4 + 4 * entries;
        }
        return table;
    }
}
