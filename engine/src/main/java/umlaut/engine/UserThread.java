package umlaut.engine;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One guest thread. All calls but {@link #interrupt()} and {@link #close()} come from the one kernel thread that runs it, between
 * two calls of {@link #resume()}.
 *
 * <p>As {@link UserMemory}, a thread sees its own address space, quicker: small system-call arguments were copied on the way in, and
 * small results are copied on the way out.
 */
public interface UserThread extends UserMemory {
    AddressSpace addressSpace();

    /** Lets guest code run until it needs the kernel. */
    Trap resume();

    /** A register ({@link Reg}) as of the last trap. */
    long reg(int index);

    /** The number of the system call just come in. */
    default int systemCall() {
        return (int) reg(Reg.RAX);
    }

    /** The arguments of the system call just come in. @param to for six */
    default void arguments(long[] to) {
        to[0] = reg(Reg.RDI);
        to[1] = reg(Reg.RSI);
        to[2] = reg(Reg.RDX);
        to[3] = reg(Reg.R10);
        to[4] = reg(Reg.R8);
        to[5] = reg(Reg.R9);
    }

    /**
     * A system call will have the same result until {@link #forgetResults()}: guest code may be told it without the kernel. Guest code can
     * change what it is told. That is for calls without arguments, and for set_robust_list(2) and set_tid_address(2) ({@link #ties()}).
     *
     * @param result not negative
     */
    default void keepResult(int nr, long result) {}

    /** What guest code may be told, or do, about itself. */
    default OwnAnswers own() {
        return OwnAnswers.NONE;
    }

    ThreadTies ties();

    /** From any thread: the kernel is to be asked again. */
    default void forgetResults() {}

    /**
     * From its next resume on guest code may change some of its address space without the kernel. By the kernel thread; the kernel's own changes end a lease first, with {@link
     * #takeChanges}.
     *
     * @return false: it may not
     */
    default boolean lease(MemoryLease lease) {
        return false;
    }

    /** Whether, at this trap, guest code has changed something since {@link #takeChanges}, {@link MaskLoan#take} or {@link OwnAnswers#takeSetActions} was called last. */
    default boolean hasChanges() {
        return false;
    }

    /**
     * Tells what guest code has changed under the lease since the last call. From any thread if {@code end} is set, after which it changes nothing more.
     *
     * @param end whether the lease is over
     */
    default void takeChanges(MemoryChanges to, boolean end) {
        to.begin(Long.MAX_VALUE);
    }

    /** Lets the thread read a file by itself. */
    default FileLoan fileLoan() {
        return FileLoan.NONE;
    }

    /** Lets the thread change its signal mask by itself. */
    default MaskLoan maskLoan() {
        return MaskLoan.NONE;
    }

    /** RAX to RFLAGS, as {@link #reg} tells them. */
    default void registers(long[] to) {
        for (int i = 0; i <= Reg.RFLAGS; i++) {
            to[i] = reg(i);
        }
    }

    /** Sets RAX to RFLAGS for the next resume, a full one. */
    default void setRegisters(long[] from) {
        for (int i = 0; i <= Reg.RFLAGS; i++) {
            setReg(i, from[i]);
        }
    }

    /** Sets a register for the next resume. After a system call only RAX is free of cost; any other makes the return a full one. */
    void setReg(int index, long value);

    /**
     * After a FAULT: the signal Linux would send (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP), its si_code, si_addr, and the CPU's
     * trap number, error code and CR2 as a sigcontext holds them.
     */
    int faultSignal();

    int faultCode();

    long faultAddress();

    long faultTrapNumber();

    long faultErrorCode();

    /** After ORDER_FAILED: -errno. The failed change has had no effect; those queued behind it were not run. */
    long failedOrder();

    /**
     * The part of guest memory at {@code address} that was copied in with this system call, if all of {@code length} bytes were; valid until
     * the next resume and, like all guest memory, changeable by the guest at any time.
     */
    @Nullable MemorySegment copiedIn(long address, long length);

    /** As {@link #copiedIn}, all that was copied in from {@code address} on, however long: for text that ends at a NUL. */
    default @Nullable MemorySegment copiedInFrom(long address) {
        return null;
    }

    /**
     * Room for {@code length} bytes that will be copied to guest memory at {@code address} on return, to be filled by the caller; null where
     * too large. Nothing is copied until {@link #commitOut} says how much was filled.
     */
    @Nullable MemorySegment reserveOut(long address, long length);

    /** Whether nothing is held back until the thread resumes: for tracers, who look at results before that. */
    default void setImmediateWrites(boolean on) {}

    /**
     * The switch for threads that are traced or whose calls are filtered. While on, every system call comes in as a trap, none is answered on the guest side;
     * {@link #futexOnReturn} still runs a futex call there once the kernel has seen it.
     */
    default void handOverAll(boolean on) {}

    /** Forgets what was copied in with this system call: a tracer may have changed the arguments or the memory since. */
    default void forgetCopiedIn() {}

    /**
     * Runs futex(2) or its like on the host with the registers' arguments at once, for threads whose results are looked at before they resume.
     *
     * @param nr the system call's number
     * @return its result; -EINTR also when an interrupt ended the wait
     */
    default long futexNow(int nr) {
        throw new UnsupportedOperationException();
    }

    /**
     * The vector state in XSAVE form, standard format, {@link CpuFeatures#xsaveSize()} bytes, valid until the thread resumes. For a thread in the kernel; from any
     * thread that keeps it there.
     */
    default MemorySegment vectorState() {
        throw new UnsupportedOperationException();
    }

    /** Makes what {@link #vectorState} returned, changed meanwhile, the vector state of the next resume. Its header must be valid. */
    default void vectorStateChanged() {
        throw new UnsupportedOperationException();
    }

    /** As {@link #write}, but nothing is left for the return: the result tells how much could be written. */
    default long writeNow(long address, MemorySegment from, long offset, long length) {
        return write(address, from, offset, length);
    }

    /** Declares the first {@code length} bytes of the last reservation filled. */
    void commitOut(long length);

    /**
     * As the thread resumes, copies from a window ({@link AddressSpace#openWindow}) to guest memory. If either faults, as when the window has been closed meanwhile, {@link Trap#COPY_FAILED} comes back.
     *
     * @param from address in the window
     * @return false if it can't be done now
     */
    default boolean copyWindow(long from, long to, long length) {
        return false;
    }

    /** As {@link #commitOut}, but the thread does not hear of it (by EFAULT in its RAX) if the memory turns out to be bad. */
    default void commitOutQuietly(long length) {
        commitOut(length);
    }

    /**
     * Tells the engine that the kernel thread is about to sleep within this trap, so that the guest side stops polling for
     * the answer. Cheap to repeat.
     */
    void sleeping();

    /**
     * As the thread resumes, after all that was written to guest memory before this call, writes its vector state in XSAVE form at {@code address} of guest memory
     * (64-byte aligned; {@link CpuFeatures#xsaveSize()} bytes; bytes 464 to 511 and the header's reserved part are left alone). Used for signal frames. If the memory faults,
     * the thread does not run and {@link Trap#ORDER_FAILED} comes back.
     *
     * @return false if the address can't be right
     */
    boolean saveVectorState(long address);

    /**
     * As the thread resumes, loads vector state from an XSAVE area in guest memory. Fails as {@link #saveVectorState} does, also when the area is malformed.
     *
     * @return false if the address can't be right
     */
    boolean loadVectorState(long address);

    /**
     * The host's processors that guest code may run on, as bits; all of them is no limit. From any thread. Engines that do not choose processors, and hosts whose processors
     * are not the guest's, take no notice.
     */
    default void limitCpus(long cpus) {}

    /** Vector state at its initial value, as execve(2) leaves it. */
    void resetVectorState();

    /**
     * Runs futex(2) on the host with the guest's own arguments as this thread resumes (RAX gets the result), so that waiters sleep and
     * are woken without the kernel. A pending or coming interrupt ends the wait with {@link Trap#INTERRUPT} and RAX = -EINTR.
     */
    void futexOnReturn();

    /**
     * As {@link #futexOnReturn()}, for the system call {@code nr} with the guest's own arguments: futex_waitv(2), futex_wake, futex_wait, futex_requeue. A host without it answers
     * ENOSYS.
     */
    default void futexOnReturn(int nr) {
        setReg(Reg.RAX, -38);
    }

    /**
     * The next {@link #futexOnReturn} or {@link #futexNow} is to have another time than its argument points to.
     *
     * @param argument which one, from 0
     */
    default void futexTimeout(int argument, long timeNs) {}

    /** After {@link #interruptedFutex}: the system call that it was. */
    default int interruptedFutexCall() {
        return 202;
    }

    /**
     * After INTERRUPT: the thread was asleep in a host futex wait, its registers those of the futex system call just done with RAX = -EINTR;
     * the kernel may restart it as any interrupted call.
     */
    boolean interruptedFutex();

    /**
     * For a thread that ends: has it store 0 in the word at {@code address} and wake one waiter of the host's futex there, at once.
     *
     * @return false if it could not be done this way
     */
    default boolean clearAndWake(long address) {
        return false;
    }

    /**
     * rseq(2), at once, for the thread itself: the host keeps the area up to date and ends what it interrupts in guest code. A fork of the thread has the same area, and an
     * area is forgotten as the thread ends.
     *
     * @param flags 0, or {@link RseqArea#UNREGISTER}
     * @return 0 or -errno
     */
    default long rseq(long address, int length, int flags, int signature) {
        return -38;
    }

    /** What {@link #rseq} has registered. */
    default @Nullable RseqArea rseqArea() {
        return null;
    }

    /**
     * Can another thread answer this one's system call in its place? Then the kernel thread, asleep within the call, may use {@link #doze} and be spared a
     * wake-up: {@link #answer} lets guest code go on while the kernel thread sleeps on until the next trap.
     */
    default boolean canBeAnswered() {
        return false;
    }

    /**
     * The kernel thread, in a system call: sleeps until {@link #nudge()}, or until the trap after an {@link #answer}, or to the deadline on the host's monotonic
     * clock (ns). May come back early.
     */
    default void doze(long deadlineNs) {
        throw new UnsupportedOperationException();
    }

    /** From any thread: ends the present or next {@link #doze}. */
    default void nudge() {}

    /**
     * By a thread that has the dozing kernel thread's leave to act in its place: ends the system call with {@code result} in RAX.
     *
     * @return false if it can't be done now: the kernel thread is to do it
     */
    default boolean answer(long result) {
        return false;
    }

    /**
     * Lets a new thread run before its kernel thread is there, its registers being set. The kernel thread begins with {@link #awaitAnswered} then.
     *
     * @return false if it can't be done now: the thread runs first when it is resumed
     */
    default boolean launch() {
        return false;
    }

    /** A new thread's guest code runs already: by {@link #launch()}, or by fork(2). */
    default boolean isRunning() {
        return false;
    }

    /** The kernel thread, after an {@link #answer} or when {@link #isRunning}: what {@link #resume()} would have returned. */
    default Trap awaitAnswered() {
        throw new UnsupportedOperationException();
    }

    /** From any thread: makes the running or next {@link #resume()} return {@link Trap#INTERRUPT} (or any other trap) soon. */
    void interrupt();

    /** CPU time of this thread, ns, user plus system. */
    long cpuTimeNs();

    /** The host thread id, or 0: for messages to people only. */
    int hostTid();

    /** Ends the thread: guest code never runs again in it. From the kernel thread that runs it, after its last trap. */
    void close();
}
