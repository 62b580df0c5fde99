package umlaut.engine;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One guest address space: on the native engine, one host process. The kernel's Mm owns the list of VMAs and decides every
 * address; this only carries decisions out. Addresses and lengths are page-aligned, below {@link Engine#taskSize()}.
 *
 * <p>Each change takes {@code self}, the guest thread on whose behalf it is made and which is now in the kernel, or null. Given a
 * thread, the engine may leave a change to be run by that thread just before it resumes (an order on return): the call then
 * returns 0 at once, later changes that overlap are held until it is done, and a failure comes back as {@link
 * Trap#ORDER_FAILED}. Results are 0 or -errno.
 */
public interface AddressSpace extends UserMemory, AutoCloseable {
    /** PROT_* bits as in mmap(2). */
    int READ = 1, WRITE = 2, EXEC = 4;

    /** With a shared {@link #mapFile}: {@link #protect} may add WRITE later. Without it neither the kernel nor hostile guest code can. */
    int MAY_WRITE = 8;

    /** Maps private zeroed memory at exactly {@code address}, replacing what is there. */
    long mapAnonymous(@Nullable UserThread self, long address, long length, int prot, boolean noReserve);

    /** Maps part of a host file at exactly {@code address}, replacing what is there; the host file must stay open during the call. */
    long mapFile(
            @Nullable UserThread self,
            long address,
            long length,
            int prot,
            boolean shared,
            int hostFd,
            long hostOffset);

    long unmap(@Nullable UserThread self, long address, long length);

    /**
     * Maps part of a host file where the guest has no addresses, to be read by {@link UserThread#copyWindow} alone; forks do not have it. Guest code that finds it can read it: only for what the guest may read.
     *
     * @return where, or 0 if it can't be done now
     */
    default long openWindow(int hostFd, long hostOffset, long length) {
        return 0;
    }

    /** Nobody can read there any more when this returns. */
    default void closeWindow(long window, long length) {}

    /**
     * The lowest address from {@code address} on where the engine has something of its own between the guest's mappings, or something above all of them if there is none. It gives way to whatever is mapped there, but where the
     * kernel has the choice, as when a heap grows, it should leave it alone.
     */
    default long firstTaken(long address) {
        return Long.MAX_VALUE;
    }

    long protect(@Nullable UserThread self, long address, long length, int prot);

    /** mremap(2) with MREMAP_MAYMOVE|MREMAP_FIXED to exactly {@code newAddress}; equal addresses grow or shrink in place. */
    long remap(@Nullable UserThread self, long oldAddress, long oldLength, long newAddress, long newLength);

    /** madvise(2), only advice that is the host's business (DONTNEED, FREE, HUGEPAGE, WILLNEED, ...). */
    long advise(@Nullable UserThread self, long address, long length, int advice);

    /**
     * Until {@link #runHeld}, changes made at once (without {@code self}) may be kept back, their results being 0, and run together: for building a new
     * program's memory. Whatever reads or writes memory has them run first.
     */
    default void holdChanges() {}

    /** Begins to run what has been kept back, without waiting for it. */
    default void startHeld() {}

    /** Runs what is still kept back, and waits. @return 0, or -errno of the first change held back that failed; those behind it have not been made */
    default long runHeld() {
        return 0;
    }

    /** mincore(2) of the host mapping: one byte a page. */
    long residency(long address, long length, MemorySegment vec);

    /** Atomic compare and exchange of a 32-bit word. @return the old value (0 to 2^32-1), or -EFAULT */
    long compareAndExchange(long address, int expected, int value);

    /** Wakes waiters of a private futex in this address space, from outside it. @return woken, or -errno */
    long futexWake(long address, int count, boolean shared);

    /**
     * membarrier(2) over all threads of this address space, and the registrations it needs, with the guest's own arguments.
     *
     * @return as the host answers; -ENOSYS (-38) where there is none
     */
    default long membarrier(int command, int flags, int cpu) {
        return -38;
    }

    /**
     * Copies this address space (copy-on-write) for fork(2). {@code parent} is in the kernel in a fork-like system call; every other thread
     * goes on undisturbed. The copy has one thread, whose registers, vector and TLS state are the parent's.
     *
     * @param prepare sets what is different in the new thread: called before there is a host process, so that it may set registers and write memory by
     *     {@link UserMemory#reserveOut} alone
     * @param running the new thread may run guest code as soon as it is there, without being resumed: see {@link UserThread#isRunning}
     * @throws EngineException with EAGAIN or ENOMEM
     */
    UserThread fork(UserThread parent, Consumer<UserThread> prepare, boolean running);

    /** {@link #fork(UserThread, Consumer, boolean)} with nothing different, and the new thread waiting for its {@link UserThread#resume()}. */
    default UserThread fork(UserThread parent) {
        return fork(parent, thread -> {}, false);
    }

    /**
     * A thread in this address space whose registers, vector and TLS state are {@code parent}'s, or all zero when null. It runs
     * first when its {@link UserThread#resume()} is called.
     *
     * @throws EngineException with EAGAIN
     */
    UserThread newThread(@Nullable UserThread parent);

    /** For a traced program: text is the files' own bytes from now on, in this address space and its forks, however slow that makes system calls. */
    default void keepOriginalText() {}

    /**
     * As {@link #write}, for debuggers: also into private memory that the guest may not write, which becomes a copy of its own.
     *
     * @return bytes written before the first address that is not mapped privately
     */
    default long poke(long address, MemorySegment from, long offset, long length) {
        return write(address, from, offset, length);
    }

    /** As {@link #read}, for debuggers: also of what the guest may not read, and of the host's vDSO. */
    default long peek(long address, MemorySegment to, long offset, long length) {
        return read(address, to, offset, length);
    }

    /** Resident set size in bytes: total, and the part shared with files or other processes. */
    long residentBytes();

    /** CPU time used by all threads that ever ran here, ns, user plus system. */
    long cpuTimeNs();

    /** The host process, or 0: for messages to people only. */
    int hostPid();

    /** After {@link #close}: waits until no guest code can run any more, so that memory it shared may serve others. */
    default void awaitEnd() {}

    /** The vDSO's clock_gettime(2) becomes a system call here and in forks of this address space, so that the kernel can say what time it is. */
    default void clocksByCall() {}

    /** What has been used so far. */
    default MemoryUse memoryUse() {
        return MemoryUse.NONE;
    }

    /** What was used in all; null until the host has done away with it. */
    default @Nullable MemoryUse finalMemoryUse() {
        return MemoryUse.NONE;
    }

    /** The signal that ended the address space, 0 while it lives: not SIGKILL where the host's kernel found guest code at fault. */
    default int lastSignal() {
        return 0;
    }

    /** Ends the address space and every thread in it: each {@link UserThread#resume()} returns {@link Trap#DEAD}. */
    @Override
    void close();

    /** As {@link #close()}, of one that a new program's takes the place of: done when that has been started, which waits for nothing less. None of its threads runs any more. */
    default void closeAfterSuccessor() {
        close();
    }
}
