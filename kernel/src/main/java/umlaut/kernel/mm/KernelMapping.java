package umlaut.kernel.mm;

import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.kernel.task.Task;

/** Memory that the kernel itself puts into a program's address space to share with it: the ring of io_setup(2). */
public final class KernelMapping {
    private KernelMapping() {}

    /**
     * Maps zeroed shared memory, readable and writable, at once.
     *
     * @param length bytes, a multiple of the page size
     * @param name for /proc/PID/maps
     * @return the address
     * @throws umlaut.abi.ErrnoException ENOMEM
     */
    public static long map(Task task, long length, String name) {
        Mm mm = task.mm();
        mm.lock.lock();
        try {
            long at = MmArea.find(mm, 0, length, 0);
            VmaEditor.checkCount(mm, 2);
            MmArea.checkExpand(mm, task, length, 0, false);
            Shmem bytes = new Shmem(mm.kernel().pages);
            try {
                bytes.truncate(length);
                int prot = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
                int flags = Mmap.MAY_ALL | Vma.SHARED;
                long result = Mmap.map(mm, null, new MapRequest(at, length, prot, flags, bytes, null, 0, name));
                if (result < 0) {
                    throw Errno.ENOMEM.exception();
                }
                return result;
            } finally {
                bytes.release();
            }
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
    }

    /** Takes away what is left of it. */
    public static void unmap(Mm mm, long address, long length) {
        mm.lock.lock();
        try {
            Munmap.unmap(mm, null, address, address + length);
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
    }
}
