package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.engine.AddressSpace;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;

/** mremap(2) (Linux: mm/mremap.c). */
final class Mremap {
    private static final int KNOWN = MapFlags.MREMAP_MAYMOVE | MapFlags.MREMAP_FIXED | MapFlags.MREMAP_DONTUNMAP;

    private Mremap() {}

    /** @return the new address, or -errno */
    static long mremap(Task task, long address, long oldSize, long newSize, int flags, long newAddress) {
        Mm mm = task.mm();
        long oldLength = MmArea.pageUp(oldSize);
        long newLength = MmArea.pageUp(newSize);
        long error = checkArguments(mm, address, oldLength, newLength, flags, newAddress);
        if (error != 0) {
            return error;
        }
        boolean populate;
        long result;
        mm.lock.lock();
        try {
            MmStack.settle(mm, address, address + oldLength);
            if (mm.tree.size() + 2 >= mm.kernel().limits.mapCount.get() - 3) {
                return Errno.ENOMEM.negative();
            }
            Vma vma = mm.tree.find(address);
            if (vma == null || vma.start > address) {
                return Errno.EFAULT.negative();
            }
            error = checkVma(mm, task, vma, address, oldLength, newLength, flags);
            if (error != 0) {
                return error;
            }
            populate = vma.has(Vma.LOCKED) && newLength > oldLength;
            result = remap(mm, task, vma, address, oldLength, newLength, flags, newAddress);
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
        if (populate && result >= 0) {
            Mlock.populate(mm, result + oldLength, result + newLength);
        }
        return result;
    }

    private static long checkArguments(
            Mm mm, long address, long oldLength, long newLength, int flags, long newAddress) {
        long taskSize = mm.layout.taskSize;
        boolean fixed = (flags & MapFlags.MREMAP_FIXED) != 0;
        boolean dontUnmap = (flags & MapFlags.MREMAP_DONTUNMAP) != 0;
        if ((flags & ~KNOWN) != 0
                || !MmArea.aligned(address)
                || newLength == 0
                || newLength < 0
                || newLength > taskSize) {
            return Errno.EINVAL.negative();
        }
        if (!fixed && !dontUnmap) {
            return 0;
        }
        if (fixed && (!MmArea.aligned(newAddress) || newAddress < 0 || newAddress > taskSize - newLength)) {
            return Errno.EINVAL.negative();
        }
        if ((flags & MapFlags.MREMAP_MAYMOVE) == 0 || dontUnmap && oldLength != newLength) {
            return Errno.EINVAL.negative();
        }
        if (address + oldLength > newAddress && newAddress + newLength > address) {
            return Errno.EINVAL.negative();
        }
        return 0;
    }

    @GuardedBy("mm.lock") private static long checkVma(Mm mm, Task task, Vma vma, long address, long oldLength, long newLength, int flags) {
        if (oldLength == 0 && !vma.isShared()) {
            return Errno.EINVAL.negative();
        }
        if (vma.has(Vma.SEALED)) {
            return Errno.EPERM.negative();
        }
        if (newLength < oldLength && (flags & (MapFlags.MREMAP_FIXED | MapFlags.MREMAP_DONTUNMAP)) == 0) {
            return 0;
        }
        if (oldLength > vma.end - address) {
            return Errno.EFAULT.negative();
        }
        long growth = newLength - oldLength;
        boolean keepsOld = (flags & MapFlags.MREMAP_DONTUNMAP) != 0;
        if (growth <= 0 && !keepsOld) {
            return 0;
        }
        if (vma.source != null && vma.offset + (address - vma.start) + newLength < 0) {
            return Errno.EINVAL.negative();
        }
        long more = keepsOld ? newLength : growth;
        if (vma.has(Vma.LOCKED) && !MmArea.lockFits(mm, task, more)) {
            return Errno.EAGAIN.negative();
        }
        MmArea.checkExpand(mm, task, more, vma.isData() ? more : 0, !vma.has(Vma.NORESERVE));
        return 0;
    }

    @GuardedBy("mm.lock") private static long remap(
            Mm mm, Task task, Vma vma, long address, long oldLength, long newLength, int flags, long newAddress) {
        boolean fixed = (flags & MapFlags.MREMAP_FIXED) != 0;
        boolean keepsOld = (flags & MapFlags.MREMAP_DONTUNMAP) != 0;
        if (!fixed && !keepsOld) {
            if (newLength <= oldLength) {
                long end = address + oldLength;
                long result = newLength == oldLength ? 0 : Munmap.unmap(mm, task, address + newLength, end);
                return result < 0 ? result : address;
            }
            boolean atEnd = vma.end == address + oldLength && oldLength > 0;
            if (atEnd && MmArea.isFree(mm, vma.end, address + newLength) && address + newLength <= mm.layout.taskSize) {
                return grow(mm, task, vma, address, address + newLength);
            }
            if ((flags & MapFlags.MREMAP_MAYMOVE) == 0) {
                return Errno.ENOMEM.negative();
            }
        }
        long hint = keepsOld ? newAddress : 0;
        long to = fixed ? newAddress : MmArea.find(mm, hint & -MmArea.PAGE, newLength, 0);
        if (to < MmArea.MIN_ADDRESS) {
            return Errno.EPERM.negative();
        }
        return move(mm, task, vma, address, oldLength, to, newLength, keepsOld);
    }

    @GuardedBy("mm.lock") private static long grow(Mm mm, Task task, Vma vma, long address, long end) {
        long from = vma.end;
        int flags = vma.flags & ~(Vma.GROWSDOWN | Vma.STACK);
        MapRequest r = new MapRequest(
                from,
                end - from,
                vma.prot,
                flags,
                vma.source,
                vma.file,
                vma.source == null ? from : vma.offset + (from - vma.start),
                vma.name);
        long result = Mmap.map(mm, vma.has(Vma.LOCKED) ? null : task, r);
        return result < 0 ? result : address;
    }

    @GuardedBy("mm.lock") private static long move(
            Mm mm, Task task, Vma vma, long from, long oldLength, long to, long newLength, boolean keepsOld) {
        MmStack.cede(mm, to, to + newLength);
        Mmap.limitHeapGrant(mm, to, to + newLength);
        if (oldLength == 0 || vma.source != null && (vma.isShared() || keepsOld)) {
            return mapAgain(mm, vma, from, oldLength, to, newLength, keepsOld);
        }
        long keep = Math.min(oldLength, newLength);
        int flags = vma.flags & ~(Vma.STACK | Vma.GROWSDOWN);
        Vma fresh = new Vma(
                mm,
                to,
                to + newLength,
                vma.prot,
                flags,
                vma.source,
                vma.file,
                vma.source == null ? to : vma.offset + (from - vma.start),
                vma.name);
        if (vma.source != null) {
            return movePrivateFile(mm, vma, fresh, from, oldLength, keep);
        }
        List<Vma> gone = new ArrayList<>(VmaEditor.detach(mm, to, to + newLength));
        if (!keepsOld) {
            gone.addAll(VmaEditor.detach(mm, from, from + oldLength));
        }
        if (vma.file != null) {
            vma.file.acquire();
        }
        VmaEditor.insert(mm, fresh);
        UserThread self = keepsOld || keep < oldLength ? null : PendingChange.self(mm, task);
        PendingChange.Move move = new PendingChange.Move(from, keep, to, newLength);
        long result = mm.space().remap(self, from, keep, to, newLength);
        if (result == Errno.EFAULT.negative()) {
            result = moveInPieces(mm, move);
        }
        if (result == 0 && keepsOld) {
            result = mm.space().mapAnonymous(null, from, oldLength, Mm.hostProt(vma.prot), true);
        } else if (result == 0 && keep < oldLength) {
            result = mm.space().unmap(null, from + keep, oldLength - keep);
        }
        result = PendingChange.moved(mm, to, to + newLength, gone, move).begin(task, self, result);
        return result < 0 ? result : to;
    }

    /**
     * One mapping of ours can be several of the host's, which its mremap does not take in one: halves, quarters and so on, at worst pages. The host's
     * lock on the address space is not held throughout; only the caller's thread should be using the range.
     */
    @GuardedBy("mm.lock") static long moveInPieces(Mm mm, PendingChange.Move move) {
        long result = movePiece(mm.space(), move.from(), move.oldLength(), move.to());
        long more = move.newLength() - move.oldLength();
        Vma vma = mm.tree.find(move.to());
        if (result == 0 && more > 0 && vma != null) {
            result = mm.space().mapAnonymous(null, move.to() + move.oldLength(), more, Mm.hostProt(vma.prot), true);
        }
        return result;
    }

    private static long movePiece(AddressSpace space, long from, long length, long to) {
        long result = space.remap(null, from, length, to, length);
        if (result != Errno.EFAULT.negative() || length <= MmArea.PAGE) {
            return result;
        }
        long half = length / 2 & -MmArea.PAGE;
        result = movePiece(space, from, half, to);
        return result < 0 ? result : movePiece(space, from + half, length - half, to + half);
    }

    /** Pages with a file behind them that is not written through: the same pages are mapped at the new place. */
    @GuardedBy("mm.lock") private static long mapAgain(Mm mm, Vma vma, long from, long oldLength, long to, long newLength, boolean keepsOld) {
        long offset = vma.source == null ? to : vma.offset + (from - vma.start);
        int flags = vma.flags & ~(Vma.STACK | Vma.GROWSDOWN);
        MapRequest r = new MapRequest(to, newLength, vma.prot, flags, vma.source, vma.file, offset, vma.name);
        long result = Mmap.map(mm, null, r);
        if (result >= 0 && oldLength > 0 && !keepsOld) {
            long unmapped = Munmap.unmap(mm, null, from, from + oldLength);
            return unmapped < 0 ? unmapped : result;
        }
        return result;
    }

    /** A private file mapping may hold pages of its own: they move; what grows is mapped anew. */
    @GuardedBy("mm.lock") private static long movePrivateFile(Mm mm, Vma vma, Vma fresh, long from, long oldLength, long keep) {
        long mapped = Math.max(0, Math.min(keep, vma.mappedEnd - from));
        AddressSpace space = mm.space();
        List<Vma> victims = VmaEditor.detach(mm, fresh.start, fresh.end);
        if (!victims.isEmpty()) {
            space.unmap(null, fresh.start, fresh.end - fresh.start);
            mm.dropLater(victims);
        }
        long result = mapped == 0 ? 0 : movePiece(space, from, mapped, fresh.start);
        if (result < 0) {
            return result;
        }
        if (fresh.file != null) {
            fresh.file.acquire();
        }
        fresh.mappedEnd = fresh.start + mapped;
        Vma placed = VmaEditor.insert(mm, fresh);
        long start = fresh.start;
        long end = fresh.end;
        mm.dropLater(VmaEditor.detach(mm, from, from + oldLength));
        if (mapped < oldLength) {
            space.unmap(null, from + mapped, oldLength - mapped);
        }
        result = Mmap.mapSource(mm, null, placed, start + mapped, end, false);
        return result < 0 ? result : start;
    }
}
