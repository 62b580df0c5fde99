package umlaut.kernel.mm;

import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.kernel.task.Task;

/** What shmat(2) and shmdt(2) do to an address space (Linux: the second half of ipc/shm.c). */
public final class SharedSegment {
    private SharedSegment() {}

    /**
     * Maps a whole segment.
     *
     * @param address page-aligned; 0 = anywhere
     * @param replace SHM_REMAP: what is at the address goes; otherwise it must be free
     * @param prot PROT_* bits; without PROT_WRITE mprotect(2) can't add it
     * @param source the segment's bytes: gets {@link MappingSource#mapped} and {@link MappingSource#unmapped} for each VMA, also those of fork
     * @param name for /proc/PID/maps, e.g. "/SYSV00000000 (deleted)"; the same String for every attachment of a segment
     * @return the address, or -errno: EINVAL, ENOMEM
     */
    public static long attach(
            Task task, long address, boolean replace, long size, int prot, MappingSource source, String name) {
        Mm mm = task.mm();
        long length = MmArea.pageUp(size);
        mm.lock.lock();
        try {
            long at;
            if (address == 0) {
                at = MmArea.find(mm, 0, length, 0);
            } else {
                if (address < 0 || address > mm.layout.taskSize - length || address < MmArea.MIN_ADDRESS) {
                    return Errno.EINVAL.negative();
                }
                MmStack.settle(mm, address, address + length);
                if (!replace && mm.tree.firstIn(address, address + length) != null) {
                    return Errno.EINVAL.negative();
                }
                at = address;
            }
            VmaEditor.checkCount(mm, 2);
            MmArea.checkExpand(mm, task, length - MmArea.mappedBytes(mm, at, at + length), 0, false);
            boolean writable = (prot & MapFlags.PROT_WRITE) != 0;
            int flags = Mmap.MAY_ALL & ~(writable ? 0 : Vma.MAYWRITE) | Vma.SHARED | mm.futureLockFlags;
            return Mmap.map(mm, task, new MapRequest(at, length, prot, flags, source, null, 0, name));
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
    }

    /**
     * Unmaps what is left of the attachment that began at {@code address}.
     *
     * @param type the class of segments' sources
     * @return 0, or -EINVAL if there is none
     */
    public static long detach(Task task, long address, Class<? extends MappingSource> type) {
        Mm mm = task.mm();
        if (!MmArea.aligned(address)) {
            return Errno.EINVAL.negative();
        }
        mm.lock.lock();
        try {
            MappingSource found = null;
            for (int i = mm.tree.indexAbove(address); i < mm.tree.size(); ) {
                Vma vma = mm.tree.get(i);
                boolean ours = type.isInstance(vma.source)
                        && vma.start - vma.offset == address
                        && (found == null || vma.source == found);
                if (ours) {
                    found = vma.source;
                    Munmap.unmap(mm, task, vma.start, vma.end);
                } else if (found != null || vma.start > address) {
                    break;
                } else {
                    i++;
                }
            }
            return found == null ? Errno.EINVAL.negative() : 0;
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
    }
}
