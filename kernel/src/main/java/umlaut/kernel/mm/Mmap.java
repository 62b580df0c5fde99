package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.abi.MountFlags;
import umlaut.abi.OpenFlags;
import umlaut.abi.Personality;
import umlaut.engine.AddressSpace;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AnonInode;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.Times;

/** mmap(2) (Linux: mm/mmap.c do_mmap). */
public final class Mmap {
    private static final int MAP_DROPPABLE = 8;
    private static final int LEGACY_MASK = MapFlags.MAP_SHARED
            | MapFlags.MAP_PRIVATE
            | MapFlags.MAP_FIXED
            | MapFlags.MAP_ANONYMOUS
            | MapFlags.MAP_DENYWRITE
            | MapFlags.MAP_EXECUTABLE
            | MapFlags.MAP_UNINITIALIZED
            | MapFlags.MAP_GROWSDOWN
            | MapFlags.MAP_LOCKED
            | MapFlags.MAP_NORESERVE
            | MapFlags.MAP_POPULATE
            | MapFlags.MAP_NONBLOCK
            | MapFlags.MAP_STACK
            | MapFlags.MAP_HUGETLB
            | MapFlags.MAP_32BIT
            | MapFlags.MAP_ABOVE4G
            | MapFlags.MAP_HUGE_MASK << MapFlags.MAP_HUGE_SHIFT;
    static final int MAY_ALL = Vma.MAYREAD | Vma.MAYWRITE | Vma.MAYEXEC;

    private Mmap() {}

    /** The system call. @return the address, or -errno */
    static long mmap(Task task, long address, long length, int prot, int flags, int fd, long offset) {
        if (!MmArea.aligned(offset)) {
            return Errno.EINVAL.negative();
        }
        if ((flags & MapFlags.MAP_ANONYMOUS) != 0) {
            if ((flags & MapFlags.MAP_HUGETLB) != 0) {
                return (flags & MapFlags.MAP_TYPE) == 0 ? Errno.EINVAL.negative() : hugePages(flags);
            }
            return doMmap(task, address, length, prot, flags, null, offset);
        }
        File file = task.files().hold(fd);
        try {
            if ((file.flags() & OpenFlags.O_PATH) != 0) {
                return Errno.EBADF.negative();
            }
            if ((flags & MapFlags.MAP_HUGETLB) != 0) {
                return Errno.EINVAL.negative();
            }
            return doMmap(task, address, length, prot, flags, file, offset);
        } finally {
            file.release();
        }
    }

    /** remap_file_pages(2), which Linux does by an ordinary mapping too. */
    static long remapFilePages(Task task, long start, long size, int prot, long page, int flags) {
        if (prot != 0) {
            return Errno.EINVAL.negative();
        }
        long at = start & -MmArea.PAGE;
        long length = size & -MmArea.PAGE;
        if (at + length <= at || page < 0 || page + (length >> 12) < page) {
            return Errno.EINVAL.negative();
        }
        Vma vma = task.mm().vmaAbove(at);
        if (vma == null || vma.start > at || !vma.isShared()) {
            return Errno.EINVAL.negative();
        }
        File file = vma.file;
        if (file == null) {
            return remapAnonymous(task, at, length, page << 12);
        }
        if (!file.tryAcquire()) {
            return Errno.EINVAL.negative();
        }
        try {
            int mapFlags =
                    flags & MapFlags.MAP_NONBLOCK | MapFlags.MAP_SHARED | MapFlags.MAP_FIXED | MapFlags.MAP_POPULATE;
            long result = doMmap(task, at, length, vma.prot, mapFlags, file, page << 12);
            return result < 0 ? result : 0;
        } finally {
            file.release();
        }
    }

    /** Shared memory without a name: the same pages, from {@code offset} on. */
    private static long remapAnonymous(Task task, long at, long length, long offset) {
        Mm mm = task.mm();
        mm.lock.lock();
        try {
            Vma vma = mm.tree.find(at);
            if (vma == null || vma.start > at || !(vma.source instanceof Shmem source)) {
                return Errno.EINVAL.negative();
            }
            int flags = vma.flags & ~Vma.LOCKED;
            MapRequest request = new MapRequest(at, length, vma.prot, flags, source, null, offset, vma.name);
            long result = mapChecked(mm, task, request, false);
            return result < 0 ? result : 0;
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
    }

    /** A machine without huge pages: known sizes are used up, others unknown. */
    private static long hugePages(int flags) {
        int log = flags >>> MapFlags.MAP_HUGE_SHIFT & MapFlags.MAP_HUGE_MASK;
        return log == 0 || log == 21 ? Errno.ENOMEM.negative() : Errno.EINVAL.negative();
    }

    private static long doMmap(
            Task task, long hint, long size, int prot, int mapFlags, @Nullable File file, long offset) {
        if (size == 0) {
            return Errno.EINVAL.negative();
        }
        boolean fixed = (mapFlags & (MapFlags.MAP_FIXED | MapFlags.MAP_FIXED_NOREPLACE)) != 0;
        long length = MmArea.pageUp(size);
        if (length <= 0) {
            return Errno.ENOMEM.negative();
        }
        if (offset < 0 ? file != null && file.inode().isRegular() || offset + length >= 0 : offset + length < 0) {
            return Errno.EOVERFLOW.negative();
        }
        int protection = prot;
        if ((prot & MapFlags.PROT_READ) != 0
                && (task.settings.personality & Personality.READ_IMPLIES_EXEC) != 0
                && !(file != null && noExec(file))) {
            protection |= MapFlags.PROT_EXEC;
        }
        Mm mm = task.mm();
        boolean populate;
        long result;
        mm.lock.lock();
        try {
            VmaEditor.checkCount(mm, 0);
            long at = address(mm, hint, length, mapFlags, fixed, file, offset);
            int flags = vmaFlags(mm, mapFlags);
            if ((mapFlags & MapFlags.MAP_LOCKED) != 0) {
                if (!MmArea.mayLock(task)) {
                    return Errno.EPERM.negative();
                }
                if (!MmArea.lockFits(mm, task, length)) {
                    return Errno.EAGAIN.negative();
                }
            }
            flags |= mm.futureLockFlags;
            if (mm.futureLockFlags != 0 && !MmArea.lockFits(mm, task, length)) {
                return Errno.EAGAIN.negative();
            }
            MapRequest request = file == null
                    ? anonymous(mm, at, length, protection, flags, mapFlags)
                    : ofFile(file, at, length, protection, flags, mapFlags, offset);
            boolean secret = (request.flags() & Vma.SECRET) != 0;
            if (secret && !MmArea.lockFits(mm, task, length)) {
                return Errno.EAGAIN.negative();
            }
            populate = (mapFlags & (MapFlags.MAP_POPULATE | MapFlags.MAP_NONBLOCK)) == MapFlags.MAP_POPULATE
                    || !secret && (request.flags() & (Vma.LOCKED | Vma.LOCKONFAULT)) == Vma.LOCKED;
            try {
                result = mapChecked(mm, task, request, populate);
            } finally {
                if (request.file() == null && request.source() instanceof Shmem fresh) {
                    fresh.release();
                }
            }
            if (file == null && result >= 0) {
                mm.lease.mapped(task, result);
            }
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
        if (populate && result >= 0) {
            Mlock.populate(mm, result, result + length);
        }
        if (file != null && result >= 0) {
            Times.accessed(file, task);
        }
        return result;
    }

    @GuardedBy("mm.lock") private static long address(
            Mm mm, long hint, long length, int mapFlags, boolean fixed, @Nullable File file, long offset) {
        if (!fixed) {
            int kind = mapFlags & (MapFlags.MAP_ANONYMOUS | MapFlags.MAP_TYPE | MapFlags.MAP_32BIT);
            boolean plain = kind == (MapFlags.MAP_ANONYMOUS | MapFlags.MAP_PRIVATE) && hint == 0;
            if (plain && (length & MmArea.HUGE_PAGE - 1) == 0) {
                return MmArea.findAligned(mm, length, 0);
            }
            boolean ofFile = file != null && file.inode().isRegular() && (mapFlags & MapFlags.MAP_32BIT) == 0;
            if (ofFile && hint == 0 && length >= MmArea.HUGE_PAGE) {
                return MmArea.findAligned(mm, length, offset);
            }
            return MmArea.find(mm, hint & -MmArea.PAGE, length, mapFlags);
        }
        long taskSize = mm.layout.taskSize;
        if (length > taskSize || hint < 0 || hint > taskSize - length) {
            throw Errno.ENOMEM.exception();
        }
        if (!MmArea.aligned(hint)) {
            throw Errno.EINVAL.exception();
        }
        if (hint < MmArea.MIN_ADDRESS) {
            throw Errno.EPERM.exception();
        }
        if ((mapFlags & MapFlags.MAP_FIXED_NOREPLACE) != 0 && mm.tree.firstIn(hint, hint + length) != null) {
            throw Errno.EEXIST.exception();
        }
        return hint;
    }

    private static int vmaFlags(Mm mm, int mapFlags) {
        int flags = MAY_ALL;
        if ((mapFlags & MapFlags.MAP_GROWSDOWN) != 0) {
            flags |= Vma.GROWSDOWN;
            mm.setLazy();
        }
        if ((mapFlags & MapFlags.MAP_LOCKED) != 0) {
            flags |= Vma.LOCKED;
        }
        if ((mapFlags & MapFlags.MAP_NORESERVE) != 0) {
            flags |= Vma.NORESERVE;
        }
        return flags;
    }

    private static MapRequest anonymous(Mm mm, long at, long length, int prot, int flags, int mapFlags) {
        switch (mapFlags & MapFlags.MAP_TYPE) {
            case MapFlags.MAP_SHARED -> {
                if ((mapFlags & MapFlags.MAP_GROWSDOWN) != 0) {
                    throw Errno.EINVAL.exception();
                }
                Shmem fresh = new Shmem(mm.kernel().pages);
                fresh.truncate(length);
                return new MapRequest(at, length, prot, flags | Vma.SHARED, fresh, null, 0, "/dev/zero (deleted)");
            }
            case MAP_DROPPABLE -> {
                if ((mapFlags & MapFlags.MAP_LOCKED) != 0) {
                    throw Errno.EINVAL.exception();
                }
                return MapRequest.anonymous(
                        at, length, prot, flags | Vma.WIPEONFORK | Vma.NORESERVE | Vma.DONTDUMP, null);
            }
            case MapFlags.MAP_PRIVATE -> {
                return MapRequest.anonymous(at, length, prot, flags, null);
            }
            default -> throw Errno.EINVAL.exception();
        }
    }

    private static MapRequest ofFile(File file, long at, long length, int prot, int flags, int mapFlags, long offset) {
        boolean writing = (prot & MapFlags.PROT_WRITE) != 0;
        int f = flags;
        boolean shared = false;
        switch (mapFlags & MapFlags.MAP_TYPE) {
            case MapFlags.MAP_SHARED, MapFlags.MAP_SHARED_VALIDATE -> {
                if ((mapFlags & MapFlags.MAP_TYPE) == MapFlags.MAP_SHARED_VALIDATE && unknownFlags(mapFlags)) {
                    throw Errno.EOPNOTSUPP.exception();
                }
                if (writing && (!file.writable() || (file.flags() & OpenFlags.O_APPEND) != 0 && appendOnly(file))) {
                    throw Errno.EACCES.exception();
                }
                shared = true;
                f |= Vma.SHARED;
                if (!file.writable()) {
                    f &= ~Vma.MAYWRITE;
                }
            }
            case MapFlags.MAP_PRIVATE -> {}
            default -> throw Errno.EINVAL.exception();
        }
        if (!file.readable()) {
            throw Errno.EACCES.exception();
        }
        if (noExec(file)) {
            if ((prot & MapFlags.PROT_EXEC) != 0) {
                throw Errno.EPERM.exception();
            }
            f &= ~Vma.MAYEXEC;
        }
        MappingSource source = file.mapping(shared, writing);
        if ((mapFlags & MapFlags.MAP_GROWSDOWN) != 0) {
            throw Errno.EINVAL.exception();
        }
        if (shared && source.writeSealed()) {
            if (writing) {
                throw Errno.EPERM.exception();
            }
            f &= ~Vma.MAYWRITE;
        }
        return new MapRequest(at, length, prot, f | file.vmaFlags(), source, file, offset, null);
    }

    private static boolean unknownFlags(int mapFlags) {
        return (mapFlags & ~(LEGACY_MASK | MapFlags.MAP_TYPE | MapFlags.MAP_FIXED_NOREPLACE)) != 0;
    }

    /** IS_APPEND: the inode attribute; ours have none. */
    private static boolean appendOnly(File file) {
        return false;
    }

    static boolean noExec(File file) {
        Path path = file.path;
        return path != null ? path.mount().has(MountFlags.MS_NOEXEC) : file.inode() instanceof AnonInode;
    }

    /** Limits, then {@link #map}. */
    @GuardedBy("mm.lock") private static long mapChecked(Mm mm, Task task, MapRequest r, boolean now) {
        MmStack.settle(mm, r.address(), r.end());
        long replaced = MmArea.mappedBytes(mm, r.address(), r.end());
        boolean data = (r.prot() & MapFlags.PROT_WRITE) != 0 && (r.flags() & Vma.SHARED) == 0;
        boolean account = (r.flags() & Vma.NORESERVE) == 0;
        MmArea.checkExpand(mm, task, r.length() - replaced, data ? r.length() : 0, account);
        if ((r.flags() & Vma.SHARED) != 0
                && r.file() == null
                && account
                && r.length() > mm.kernel().memoryBytes()) {
            return Errno.ENOMEM.negative();
        }
        if (VmaEditor.splitsInTwo(mm, r.address(), r.end())) {
            VmaEditor.checkCount(mm, 2);
        }
        for (int i = mm.tree.indexAbove(r.address()); i < mm.tree.size() && mm.tree.get(i).start < r.end(); i++) {
            if (mm.tree.get(i).has(Vma.SEALED)) {
                return Errno.EPERM.negative();
            }
        }
        return map(mm, now ? null : task, r);
    }

    /**
     * Makes the mapping, replacing what is there.
     *
     * @param task whose call it is: the host call may be left to it; null: at once
     * @return the address, or -errno with all as before
     */
    @GuardedBy("mm.lock") static long map(Mm mm, @Nullable Task task, MapRequest r) {
        limitHeapGrant(mm, r.address(), r.end());
        MmStack.cede(mm, r.address(), r.end());
        List<Vma> gone = VmaEditor.detach(mm, r.address(), r.end());
        Vma vma = new Vma(mm, r.address(), r.end(), r.prot(), r.flags(), r.source(), r.file(), r.offset(), r.name());
        if (r.file() != null) {
            r.file().acquire();
        }
        MappingSource source = r.source();
        UserThread self = PendingChange.self(mm, task);
        long result;
        if (source == null) {
            VmaEditor.insert(mm, vma);
            result = mm.space().mapAnonymous(self, r.address(), r.length(), Mm.hostProt(r.prot()), true);
        } else {
            // In the list before its pages are looked up, so that a truncation from now on finds it.
            vma.mappedEnd = r.address();
            Vma placed = VmaEditor.insert(mm, vma);
            result = mapSource(mm, self, placed, r.address(), r.end(), !gone.isEmpty());
            VmaEditor.joinAround(mm, r.address(), r.end());
        }
        long done = PendingChange.replaced(mm, r.address(), r.end(), gone).begin(task, self, result);
        return done < 0 ? done : r.address();
    }

    /** A mapping over the part of the heap that the host has in advance ends that grant. */
    @GuardedBy("mm.lock") static void limitHeapGrant(Mm mm, long start, long end) {
        MmLayout layout = mm.layout;
        long heapEnd = MmArea.pageUp(layout.brk);
        if (start < layout.heapGranted && end > heapEnd && layout.heapGranted > heapEnd) {
            mm.space().unmap(null, heapEnd, layout.heapGranted - heapEnd);
            layout.heapGranted = heapEnd;
        }
    }

    /**
     * Maps on the host what the VMA's source has for a range, as far as it has anything, and notes how far that is.
     *
     * @param covers something else may be mapped there: it goes
     * @return 0 or -errno
     */
    @GuardedBy("mm.lock") static long mapSource(Mm mm, @Nullable UserThread self, Vma vma, long from, long to, boolean covers) {
        MappingSource source = vma.source;
        if (source == null) {
            return 0;
        }
        AddressSpace space = mm.space();
        MappingSource.Extent extent = mm.extent;
        boolean shared = vma.isShared();
        int access = Mm.hostProt(vma.prot) | (shared && vma.mayWrite() ? AddressSpace.MAY_WRITE : 0);
        // Only one host call can be left to the thread; whether there are more shows after the first extent.
        long at = from;
        while (at < to) {
            source.extent(vma.offset + (at - vma.start), to - at, shared && vma.mayWrite(), extent);
            if (extent.hostFd < 0) {
                break;
            }
            long n = Math.min(extent.length, to - at);
            UserThread by = at == from && n == to - from ? self : null;
            long result = space.mapFile(by, at, n, access, shared, extent.hostFd, extent.hostOffset);
            if (result < 0) {
                return result;
            }
            at += n;
        }
        vma.mappedEnd = at;
        if (at < to) {
            mm.setLazy();
        }
        return at < to && covers ? space.unmap(null, at, to - at) : 0;
    }
}
