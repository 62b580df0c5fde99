package umlaut.engine.process;

/**
 * What the stub copies into a thread's area on the way in, by system call number: {@link umlaut.abi.CopyTable}, which says what an
 * entry's bits mean.
 */
final class CopyTable {
    static final int SIZE = umlaut.abi.CopyTable.SIZE;

    /** Save vector state and FS base as well: the call may make a thread. */
    static final long XSAVE = umlaut.abi.CopyTable.FORKS;

    private final long[] entries = umlaut.abi.CopyTable.entries();

    /** The entry of a system call; 0 for none. */
    long entry(int nr) {
        return nr >= 0 && nr < SIZE ? entries[nr] : 0;
    }

    /** Specs of an entry. */
    static int specs(long entry) {
        long s = entry & 0xffff_ffff_ffffL;
        return s == 0 ? 0 : s >> 16 == 0 ? 1 : s >> 32 == 0 ? 2 : 3;
    }
}
