package umlaut.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Host memory: maps of files and memfds in the JVM, and other processes' memory. Maps made here live until {@link #munmap}; there is no arena
 * to close (closing a shared one costs up to a millisecond). Using a segment after its munmap crashes the JVM: the owner must take care.
 * See mmap(2), memfd_create(2), process_vm_readv(2).
 */
public final class Memory {
    public static final int PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4;
    public static final int MAP_SHARED = 1,
            MAP_PRIVATE = 2,
            MAP_FIXED = 0x10,
            MAP_ANONYMOUS = 0x20,
            MAP_NORESERVE = 0x4000;
    public static final int MAP_POPULATE = 0x8000, MAP_FIXED_NOREPLACE = 0x100000;
    public static final int MFD_CLOEXEC = 1, MFD_ALLOW_SEALING = 2, MFD_EXEC = 0x10;
    public static final int MADV_DONTNEED = 4,
            MADV_REMOVE = 9,
            MADV_DONTFORK = 10,
            MADV_HUGEPAGE = 14,
            MADV_DONTDUMP = 16;
    public static final int MREMAP_MAYMOVE = 1, MREMAP_FIXED = 2;
    public static final int PAGE_SIZE = 4096;

    private Memory() {}

    /** mmap(2) at an address of the host's choice (or {@code address}, with MAP_FIXED). @return the address, or -errno */
    public static long mmap(long address, long length, int prot, int flags, int fd, long offset) {
        return HostCalls.call(Syscall.MMAP, address, length, prot, flags, fd, offset);
    }

    /** Maps part of a file in the JVM, shared. @throws HostException when the host refuses */
    public static MemorySegment map(int fd, long offset, long length, int prot) {
        long address = HostException.check("mmap", mmap(0, length, prot, MAP_SHARED, fd, offset));
        return MemorySegment.ofAddress(address).reinterpret(length);
    }

    /**
     * As {@link #map} of a whole file, where large pages fit; the garbage collector unmaps it and closes the descriptor when no part of it is in use any more, so that nothing can touch it
     * too late.
     */
    public static MemorySegment mapUntilUnused(int fd, long length, int prot) {
        long address = reserveAligned(length, LargePageFile.LARGE_PAGE);
        HostException.check("mmap", mmap(address, length, prot, MAP_SHARED | MAP_FIXED, fd, 0));
        return MemorySegment.ofAddress(address).reinterpret(length, Arena.ofAuto(), gone -> {
            munmap(address, length);
            Files.close(fd);
        });
    }

    /** A range of addresses at a multiple of {@code alignment}, to be mapped over. */
    private static long reserveAligned(long length, long alignment) {
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        long all = HostException.check("mmap", mmap(0, length + alignment, PROT_NONE, flags, -1, 0));
        long address = all + alignment - 1 & -alignment;
        if (address > all) {
            munmap(all, address - all);
        }
        munmap(address + length, all + alignment - address);
        return address;
    }

    public static long munmap(MemorySegment map) {
        return HostCalls.call(Syscall.MUNMAP, map.address(), map.byteSize());
    }

    public static long munmap(long address, long length) {
        return HostCalls.call(Syscall.MUNMAP, address, length);
    }

    public static long mprotect(long address, long length, int prot) {
        return HostCalls.call(Syscall.MPROTECT, address, length, prot);
    }

    public static long madvise(long address, long length, int advice) {
        return HostCalls.call(Syscall.MADVISE, address, length, advice);
    }

    public static long msync(MemorySegment map, int flags) {
        return HostCalls.call(Syscall.MSYNC, map.address(), map.byteSize(), flags);
    }

    /** memfd_create(2). @return a file descriptor, or -errno */
    public static long memfd(String name, int flags) {
        return HostCalls.call(Syscall.MEMFD_CREATE, Scratch.path(name).address(), flags);
    }

    /** A sparse memfd of {@code length} bytes, close-on-exec. @throws HostException when the host refuses */
    public static int memfd(String name, long length) {
        int fd = (int) HostException.check("memfd_create", memfd(name, MFD_CLOEXEC));
        HostException.check("ftruncate", Files.ftruncate(fd, length));
        return fd;
    }

    /** Reads another process's memory: one range there to one range here. @return bytes read before the first fault, or -errno */
    public static long processRead(int pid, long remote, MemorySegment to, long offset, long length) {
        return processCopy(Syscall.PROCESS_VM_READV, pid, remote, to.address() + offset, length);
    }

    /** Writes another process's memory; respects page protection there. @return bytes written before the first fault, or -errno */
    public static long processWrite(int pid, long remote, MemorySegment from, long offset, long length) {
        return processCopy(Syscall.PROCESS_VM_WRITEV, pid, remote, from.address() + offset, length);
    }

    private static long processCopy(int nr, int pid, long remote, long local, long length) {
        MemorySegment iov = Scratch.arguments();
        iov.set(Layouts.LONG, 0, local);
        iov.set(Layouts.LONG, 8, length);
        iov.set(Layouts.LONG, 16, remote);
        iov.set(Layouts.LONG, 24, length);
        return HostCalls.call(nr, pid, iov.address(), 1, iov.address() + 16, 1, 0);
    }
}
