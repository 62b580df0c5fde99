package umlaut.engine;

import java.lang.foreign.MemorySegment;

/**
 * Guest memory as the kernel sees it: Linux's copy_from_user and copy_to_user. The kernel has no mapping of it; every access may
 * fault part-way. Addresses at or above {@link Engine#taskSize()} always fault, whatever is mapped there.
 */
public interface UserMemory {
    /**
     * Copies guest memory at {@code address} into {@code to}.
     *
     * @return bytes copied before the first fault, 0 to {@code length}; less than {@code length} means a fault (EFAULT when 0)
     */
    long read(long address, MemorySegment to, long offset, long length);

    /**
     * Copies into guest memory. A thread's own memory view may hold small writes back until the thread resumes; a fault found
     * only then turns the system call's result into EFAULT.
     *
     * @return bytes copied (or accepted) before the first fault
     */
    long write(long address, MemorySegment from, long offset, long length);
}
