package umlaut.abi;

/**
 * struct sembuf: an operation of semop(2).
 *
 * <p>Linux: {@code include/uapi/linux/sem.h}; man page: semop(2).
 */
public final class Sembuf {
    public static final int SEM_NUM = 0;
    public static final int SEM_OP = 2;
    public static final int SEM_FLG = 4;

    /** Bytes in all. */
    public static final int SIZE = 6;

    private Sembuf() {}
}
