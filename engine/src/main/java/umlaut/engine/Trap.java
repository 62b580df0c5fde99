package umlaut.engine;

/** Why a guest thread came into the kernel. */
public enum Trap {
    /** A system call: number in RAX, arguments in RDI RSI RDX R10 R8 R9; RIP is already behind the instruction. */
    SYSCALL,
    /** A CPU exception: see {@link UserThread#faultSignal()} and its neighbours; RIP is where it happened. */
    FAULT,
    /** {@link UserThread#interrupt()} was called: nothing happened, look for work. */
    INTERRUPT,
    /** A change of the address space left to be run on return failed: see {@link UserThread#failedOrder()}. */
    ORDER_FAILED,
    /** {@link UserThread#copyWindow} could not be done, but all else that was left for the return was: the kernel is to copy. */
    COPY_FAILED,
    /** The address space has ended (or its host process was killed): the thread will never run again. */
    DEAD
}
