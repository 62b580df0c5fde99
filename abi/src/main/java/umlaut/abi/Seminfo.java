package umlaut.abi;

/**
 * struct seminfo of IPC_INFO and SEM_INFO.
 *
 * <p>Linux: {@code include/uapi/linux/sem.h}; man page: semctl(2).
 */
public final class Seminfo {
    public static final int SEMMAP = 0;
    public static final int SEMMNI = 4;
    public static final int SEMMNS = 8;
    public static final int SEMMNU = 12;
    public static final int SEMMSL = 16;
    public static final int SEMOPM = 20;
    public static final int SEMUME = 24;
    public static final int SEMUSZ = 28;
    public static final int SEMVMX = 32;
    public static final int SEMAEM = 36;

    /** Bytes in all. */
    public static final int SIZE = 40;

    private Seminfo() {}
}
