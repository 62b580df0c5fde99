package umlaut.abi;

/**
 * struct semid64_ds.
 *
 * <p>Linux: {@code arch/x86/include/uapi/asm/sembuf.h}; man page: semctl(2).
 */
public final class SemidDs {
    public static final int SEM_PERM = 0;
    public static final int SEM_OTIME = 48;
    public static final int SEM_CTIME = 64;
    public static final int SEM_NSEMS = 80;

    /** Bytes in all. */
    public static final int SIZE = 104;

    private SemidDs() {}
}
