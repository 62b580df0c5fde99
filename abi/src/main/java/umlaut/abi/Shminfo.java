package umlaut.abi;

/**
 * struct shminfo64 of IPC_INFO, and struct shm_info of SHM_INFO.
 *
 * <p>Linux: {@code include/uapi/asm-generic/shmbuf.h}; man page: shmctl(2).
 */
public final class Shminfo {
    public static final int SHMMAX = 0;
    public static final int SHMMIN = 8;
    public static final int SHMMNI = 16;
    public static final int SHMSEG = 24;
    public static final int SHMALL = 32;

    /** Bytes in all. */
    public static final int SIZE = 72;

    /** Offsets in struct shm_info. */
    public static final int USED_IDS = 0;

    public static final int SHM_TOT = 8;
    public static final int SHM_RSS = 16;
    public static final int SHM_SWP = 24;
    public static final int SWAP_ATTEMPTS = 32;
    public static final int SWAP_SUCCESSES = 40;
    public static final int SHM_INFO_SIZE = 48;

    private Shminfo() {}
}
