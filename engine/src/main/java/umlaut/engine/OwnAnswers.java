package umlaut.engine;

import org.jspecify.annotations.Nullable;

/**
 * What a guest thread may be told, or do, about itself without the kernel: the calls with which every program begins. Nothing of it until the kernel says so, and all of it only for
 * threads whose calls nobody watches ({@link UserThread#handOverAll}).
 */
public interface OwnAnswers {
    /** Of an engine whose guest code can do nothing by itself. */
    OwnAnswers NONE = new OwnAnswers() {};

    /** How much {@link #giveRandom} takes, bytes. */
    int RANDOM_SIZE = 64;

    /**
     * rt_sigaction(2) may tell of these signals (number n is bit n - 1) that their action is the default one, with nothing else set. From any thread; the next call takes the place of this.
     *
     * @param settable those of them whose default action may also be set again, if with nothing but SA_RESTORER: {@link #takeSetActions}
     */
    default void defaultActions(long signals, long settable) {}

    /** Those of the settable that the thread has set since the last call: a bit each. What it says may be anything. */
    default long takeSetActions() {
        return 0;
    }

    /** The address it has given with them (sa_restorer). */
    default long setRestorer() {
        return 0;
    }

    /** prlimit(2) may tell the process's own limits. From any thread. @param softAndHard in turn, of each kind; null: no more */
    default void limits(long @Nullable [] softAndHard) {}

    /** getrandom(2) may give these words out, each once: {@link #RANDOM_SIZE} bytes that nobody else has. */
    default void giveRandom(long[] words) {}

    /** What it knows of its descriptors. */
    default KnownFiles files() {
        return KnownFiles.NONE;
    }

    /** With limits of fewer descriptors open(2) is the kernel's to answer, whatever {@link #knownOpens} says. */
    int ENOUGH_DESCRIPTORS = 256;

    /** Calls on paths may be answered from {@link KnownPaths}, or no more. From any thread. */
    default void knownPaths(boolean on) {}

    /** So may open(2): there are free descriptors, if the limits are known to be such that there can be. From any thread. */
    default void knownOpens(boolean on) {}

    /** rseq(2) may be made, on the host: {@link UserThread#rseqArea}. */
    default void allowRseq() {}
}
