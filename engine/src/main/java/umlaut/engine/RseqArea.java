package umlaut.engine;

/**
 * What a thread has registered by rseq(2).
 *
 * @param address of its struct rseq
 * @param length as it was given
 * @param signature which stands in front of each abort handler
 */
public record RseqArea(long address, int length, int signature) {
    /** RSEQ_FLAG_UNREGISTER. */
    public static final int UNREGISTER = 1;
}
