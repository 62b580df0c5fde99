package umlaut.abi;

/**
 * The sixth argument of pselect6(2): a pointer to a signal set, and its size.
 *
 * <p>Linux: {@code fs/select.c (struct sigset_argpack)}; man page: select(2).
 */
public final class PselectSigset {
    public static final int SS = 0;
    public static final int SS_LEN = 8;
    public static final int SIZE = 16;

    private PselectSigset() {}
}
