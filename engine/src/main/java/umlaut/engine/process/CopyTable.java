package umlaut.engine.process;

import umlaut.host.Syscall;

/**
 * What the stub copies into a thread's area on the way in, by system call number: {@link umlaut.abi.CopyTable}, which says what an
 * entry's bits mean.
 */
final class CopyTable {
    static final int SIZE = umlaut.abi.CopyTable.SIZE;

    /** Save vector state and FS base as well: the call may make a thread. */
    static final long XSAVE = umlaut.abi.CopyTable.FORKS;

    /** In the stub's table alone: the stub may know the result, which stands as far behind {@link Area#KEPT} as the low bits say. */
    static final long KEPT = 1L << 49;

    /** In the stub's table alone: {@link StubLease} may do the call. */
    static final long LEASED = 1L << 50;

    /** In the stub's table alone, with what else it says of the call: {@link StubOwn} may do it. */
    static final long OWN = 1L << 51;

    /** In the stub's table alone, with what else it says of the call: {@link StubSignals} may do it. */
    static final long LENT = 1L << 52;

    /** The same for {@link StubFiles}. */
    static final long KNOWN_FILE = 1L << 53;

    /** In the stub's table alone: {@link StubPaths} may know the result, once the path has been copied. */
    static final long KNOWN_PATH = 1L << 54;

    private static final int[] KEPT_CALLS = {
        Syscall.GETPID,
        Syscall.GETTID,
        Syscall.GETPPID,
        Syscall.GETUID,
        Syscall.GETGID,
        Syscall.GETEUID,
        Syscall.GETEGID,
        Syscall.SET_TID_ADDRESS,
        Syscall.SET_ROBUST_LIST
    };

    /** From here on in {@link Area#KEPT} stand the results of calls that leave an address: {@link AreaTies}. */
    static final int KEPT_TID_ADDRESS = Area.KEPT + 8 * 7, KEPT_ROBUST_LIST = Area.KEPT + 8 * 8;

    private final long[] entries = umlaut.abi.CopyTable.entries();

    /** The entry of a system call; 0 for none. */
    long entry(int nr) {
        return nr >= 0 && nr < SIZE ? entries[nr] : 0;
    }

    /** What the stub does on the way in of a system call. */
    long stubEntry(int nr) {
        int kept = kept(nr);
        if (kept >= 0) {
            return KEPT | Area.KEPT + 8 * kept;
        }
        if (nr == Syscall.RT_SIGPROCMASK || nr == Syscall.RT_SIGRETURN) {
            return entries[nr] | LENT;
        }
        if (StubPaths.mayAnswer(nr)) {
            return entries[nr] | KNOWN_PATH;
        }
        return switch (nr) {
            case Syscall.BRK, Syscall.MMAP, Syscall.MUNMAP, Syscall.MPROTECT -> LEASED;
            case Syscall.RT_SIGACTION, Syscall.ARCH_PRCTL, Syscall.RSEQ, Syscall.GETRANDOM, Syscall.PRLIMIT64 ->
                entries[nr] | OWN;
            case Syscall.READ, Syscall.WRITE -> entries[nr] | KNOWN_FILE;
            default -> entries[nr];
        };
    }

    static int keptCalls() {
        return KEPT_CALLS.length;
    }

    /** Which of the calls with kept results this is, or -1. */
    static int kept(int nr) {
        for (int i = 0; i < KEPT_CALLS.length; i++) {
            if (KEPT_CALLS[i] == nr) {
                return i;
            }
        }
        return -1;
    }

    /** Specs of an entry. */
    static int specs(long entry) {
        long s = entry & 0xffff_ffff_ffffL;
        return s == 0 ? 0 : s >> 16 == 0 ? 1 : s >> 32 == 0 ? 2 : 3;
    }
}
