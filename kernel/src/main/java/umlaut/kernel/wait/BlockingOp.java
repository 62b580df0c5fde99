package umlaut.kernel.wait;

/** One try of an operation that may have to wait. */
@FunctionalInterface
public interface BlockingOp {
    /** Could not make progress without waiting. Distinct from every result and -errno a handler returns. */
    long WOULD_BLOCK = Long.MIN_VALUE;

    /** @return a result, or {@link #WOULD_BLOCK} */
    long attempt();
}
