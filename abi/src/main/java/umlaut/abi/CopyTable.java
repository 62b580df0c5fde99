package umlaut.abi;

/**
 * Which guest memory the stub should copy in with a system call, in a form that a few lines of assembler can follow.
 *
 * <p>An entry is 64 bits: up to three specs of 16 bits, the first lowest, and above them {@link #FORKS}. A spec names the
 * argument that points at the memory (bits 0 to 2), how its length is known (bits 3 and 4), and that length:
 *
 * <ul>
 *   <li>{@link #PATH}: a text up to its NUL, at most 4,096 bytes;
 *   <li>{@link #FIXED}: as many bytes as bits 5 to 15 say;
 *   <li>{@link #COUNTED}: as many bytes as another argument says (bits 5 to 7), shifted left (bits 8 to 10).
 * </ul>
 *
 * <p>Specs are hints for speed: an argument that is NULL, or memory that faults or is longer than the stub has room for, is
 * not copied; the kernel then reads it the slow way and finds out what is wrong. The table is derived from {@code
 * syscalls.tsv} and compiled in, so that a kernel's start need not read that file; a test keeps the two in step.
 */
public final class CopyTable {
    /** Length of the table; calls from this number on copy nothing. */
    public static final int SIZE = 512;

    public static final int MAX_SPECS = 3;

    /** The call makes a new thread or process, which needs the caller's vector state. */
    public static final long FORKS = 1L << 48;

    public static final int PATH = 1;
    public static final int FIXED = 2;
    public static final int COUNTED = 3;

    private CopyTable() {}

    /** The entries by call number, 0 for a call that copies nothing: a new array of {@link #SIZE}. */
    public static long[] entries() {
        String packed = CopyTableData.PACKED;
        long[] entries = new long[SIZE];
        // Five chars for each call: its number, and 16 bits of the entry at a time, the lowest first.
        for (int at = 0; at < packed.length(); at += 5) {
            long entry = 0;
            for (int i = 0; i < 4; i++) {
                entry |= (long) packed.charAt(at + 1 + i) << 16 * i;
            }
            entries[packed.charAt(at)] = entry;
        }
        return entries;
    }
}
