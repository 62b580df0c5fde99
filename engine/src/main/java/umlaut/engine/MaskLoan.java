package umlaut.engine;

/**
 * A thread's signal mask on loan: while no signal is pending, guest code may change it, and return from the last signal frame, without the kernel (rt_sigprocmask(2), sigreturn(2)).
 * Linux has no counterpart: its mask is never far from who changes it.
 */
public interface MaskLoan {
    /** Of an engine whose guest code can do nothing by itself. */
    MaskLoan NONE = new MaskLoan() {};

    /**
     * Lends the mask. By the kernel thread, with no signal pending, and none must become so before {@link #take}.
     *
     * @return false: it stays the kernel's
     */
    default boolean lend(long mask) {
        return false;
    }

    /**
     * The signal mask as the thread has made it.
     *
     * @param known the answer if it can't be told
     * @param end whether the mask is the kernel's again; then from any thread
     */
    default long take(long known, boolean end) {
        return known;
    }

    /** The signal mask at some moment about now; it may be another at once. From any thread. @param known as in {@link #take} */
    default long peek(long known) {
        return known;
    }

    /**
     * The thread may return by itself from a signal frame, if it has its mask then and the frame is as it was pushed in what these say. The registers in it are those that {@link
     * UserThread#registers} told last. Holds until the next call or {@link #forgetFrame}.
     *
     * @param address of the frame, a struct rt_sigframe
     * @param stack the three words of the stack_t in it, which say how the alternate stack is now
     */
    default void frame(long address, long[] stack) {}

    /** The alternate stack is another, so that the last frame must come to the kernel. */
    default void forgetFrame() {}
}
