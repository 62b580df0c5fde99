package umlaut.abi;

/**
 * struct shmid64_ds.
 *
 * <p>Linux: {@code include/uapi/asm-generic/shmbuf.h}; man page: shmctl(2).
 */
public final class ShmidDs {
    public static final int SHM_PERM = 0;
    public static final int SHM_SEGSZ = 48;
    public static final int SHM_ATIME = 56;
    public static final int SHM_DTIME = 64;
    public static final int SHM_CTIME = 72;
    public static final int SHM_CPID = 80;
    public static final int SHM_LPID = 84;
    public static final int SHM_NATTCH = 88;

    /** Bytes in all. */
    public static final int SIZE = 112;

    private ShmidDs() {}
}
