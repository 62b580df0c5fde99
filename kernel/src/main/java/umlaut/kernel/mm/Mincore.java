package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Times;

/** mincore(2), msync(2), mseal(2): walks over a range that must be mapped. */
final class Mincore {
    private static final long CHUNK_PAGES = 4096;

    private Mincore() {}

    static long mincore(Task task, long address, long size, long vec) {
        Mm mm = task.mm();
        if (!MmArea.aligned(address)) {
            return Errno.EINVAL.negative();
        }
        long length = MmArea.pageUp(size);
        if (address < 0 || size < 0 || length < 0 || address + length < 0 || address + length > mm.layout.taskSize) {
            return Errno.ENOMEM.negative();
        }
        UserAccess.requireRange(vec, length >> 12);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(Math.min(CHUNK_PAGES, Math.max(1, length >> 12)));
            for (long done = 0; done < length >> 12; ) {
                long n = Math.min(CHUNK_PAGES, (length >> 12) - done);
                long start = address + (done << 12);
                mm.lock.lock();
                try {
                    MmStack.settle(mm, start, start + (n << 12));
                    long result = residency(mm, start, start + (n << 12), bytes);
                    if (result < 0) {
                        return result;
                    }
                } finally {
                    mm.lock.unlock();
                }
                task.memory.write(vec + done, bytes, 0, n);
                done += n;
            }
        }
        return 0;
    }

    @GuardedBy("mm.lock") private static long residency(Mm mm, long start, long end, MemorySegment into) {
        into.fill((byte) 0);
        long at = start;
        for (int i = mm.tree.indexAbove(start); at < end; i++) {
            Vma vma = i < mm.tree.size() ? mm.tree.get(i) : null;
            if (vma == null || vma.start > at) {
                return Errno.ENOMEM.negative();
            }
            long mapped = Math.min(end, vma.mappedEnd);
            if (mapped > at) {
                MemorySegment part = into.asSlice(at - start >> 12, mapped - at >> 12);
                long result = mm.space().residency(at, mapped - at, part);
                if (result < 0) {
                    return result;
                }
            }
            at = vma.end;
        }
        return 0;
    }

    static long msync(Task task, long address, long size, int flags) {
        int known = MapFlags.MS_ASYNC | MapFlags.MS_INVALIDATE | MapFlags.MS_SYNC;
        boolean sync = (flags & MapFlags.MS_SYNC) != 0;
        if ((flags & ~known) != 0 || !MmArea.aligned(address) || sync && (flags & MapFlags.MS_ASYNC) != 0) {
            return Errno.EINVAL.negative();
        }
        long end = MmArea.end(address, MmArea.pageUp(size));
        if (end < 0) {
            return Errno.ENOMEM.negative();
        }
        long error = 0;
        long at = address;
        while (at < end) {
            Vma vma = task.mm().vmaAbove(at);
            if (vma == null || vma.start >= end) {
                return Errno.ENOMEM.negative();
            }
            if (vma.start > at) {
                error = Errno.ENOMEM.negative();
            }
            if ((flags & MapFlags.MS_INVALIDATE) != 0 && vma.has(Vma.LOCKED)) {
                return Errno.EBUSY.negative();
            }
            File file = vma.file;
            if (file != null && vma.isShared() && file.tryAcquire()) {
                try {
                    sync(task, vma, file, sync);
                } finally {
                    file.release();
                }
            }
            at = vma.end;
        }
        return error;
    }

    /** Writes through a mapping go unseen: that the file was changed by then is told here, where mmap(2) promises it at the latest. */
    private static void sync(Task task, Vma vma, File file, boolean wait) {
        if (vma.writable()) {
            Times.modified(file.inode(), task.kernel.clock.realtimeNs());
        }
        if (wait) {
            file.sync(true);
        }
    }

    static long mseal(Task task, long address, long size, long flags) {
        long length = MmArea.pageUp(size);
        if (flags != 0 || !MmArea.aligned(address) || size != 0 && length == 0 || MmArea.end(address, length) < 0) {
            return Errno.EINVAL.negative();
        }
        Mm mm = task.mm();
        mm.lock.lock();
        try {
            long end = MmArea.end(address, length);
            long at = address;
            for (int i = mm.tree.indexAbove(address); at < end; i++) {
                if (i == mm.tree.size() || mm.tree.get(i).start > at) {
                    return Errno.ENOMEM.negative();
                }
                at = mm.tree.get(i).end;
            }
            VmaEditor.checkCount(mm, 2);
            VmaEditor.splitAt(mm, address);
            VmaEditor.splitAt(mm, end);
            for (int i = mm.tree.indexAbove(address); i < mm.tree.size() && mm.tree.get(i).start < end; i++) {
                mm.tree.get(i).flags |= Vma.SEALED;
            }
            VmaEditor.joinAround(mm, address, end);
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
        return 0;
    }
}
