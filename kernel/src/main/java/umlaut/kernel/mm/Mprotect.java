package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.abi.Personality;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;

/** mprotect(2), pkey_mprotect(2) (Linux: mm/mprotect.c). */
final class Mprotect {
    private static final int ACCESS = MapFlags.PROT_READ | MapFlags.PROT_WRITE | MapFlags.PROT_EXEC;
    private static final int KNOWN = ACCESS | MapFlags.PROT_SEM;

    private Mprotect() {}

    static long mprotect(Task task, long address, long size, int protection, int key) {
        int grows = protection & (MapFlags.PROT_GROWSDOWN | MapFlags.PROT_GROWSUP);
        int prot = protection & ~(MapFlags.PROT_GROWSDOWN | MapFlags.PROT_GROWSUP);
        if (grows == (MapFlags.PROT_GROWSDOWN | MapFlags.PROT_GROWSUP) || !MmArea.aligned(address)) {
            return Errno.EINVAL.negative();
        }
        if (size == 0) {
            return 0;
        }
        long length = MmArea.pageUp(size);
        long end = address + length;
        if (Long.compareUnsigned(end, address) <= 0) {
            return Errno.ENOMEM.negative();
        }
        if ((prot & ~KNOWN) != 0) {
            return Errno.EINVAL.negative();
        }
        prot &= ACCESS;
        if ((prot & MapFlags.PROT_READ) != 0 && (task.settings.personality & Personality.READ_IMPLIES_EXEC) != 0) {
            prot |= MapFlags.PROT_EXEC;
        }
        Mm mm = task.mm();
        mm.lock.lock();
        try {
            if (key != -1) { // without protection keys, not even the first is there
                return Errno.EINVAL.negative();
            }
            MmStack.settle(mm, address, end);
            Vma first = mm.tree.find(address);
            if (first == null) {
                return Errno.ENOMEM.negative();
            }
            long start = address;
            if (grows == MapFlags.PROT_GROWSDOWN) {
                if (first.start >= end) {
                    return Errno.ENOMEM.negative();
                }
                if (!first.has(Vma.GROWSDOWN)) {
                    return Errno.EINVAL.negative();
                }
                start = first.start;
            } else if (first.start > address) {
                return Errno.ENOMEM.negative();
            } else if (grows == MapFlags.PROT_GROWSUP) {
                return Errno.EINVAL.negative();
            }
            long result = change(mm, task, start, end, prot);
            mm.lease.changedProtection(task, start);
            return result;
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
    }

    /** Changes as far as it goes; what stops it is the result. */
    @GuardedBy("mm.lock") private static long change(Mm mm, Task task, long start, long end, int prot) {
        long error = 0;
        long stop = start;
        boolean changes = false;
        for (int i = mm.tree.indexAbove(start); stop < end; i++) {
            Vma vma = i < mm.tree.size() ? mm.tree.get(i) : null;
            if (vma == null || vma.start > stop) {
                error = Errno.ENOMEM.negative();
                break;
            }
            error = check(mm, task, vma, Math.min(end, vma.end) - stop, prot);
            if (error != 0) {
                break;
            }
            changes |= vma.prot != prot;
            stop = Math.min(end, vma.end);
        }
        if (!changes) {
            return error;
        }
        List<Vma> before = protections(mm, start, stop);
        if (before.size() == 1) {
            VmaEditor.checkCount(mm, 2);
        }
        set(mm, start, stop, prot);
        long result = onHost(mm, task, start, stop, prot, before);
        return result < 0 ? result : error;
    }

    @GuardedBy("mm.lock") private static long check(Mm mm, Task task, Vma vma, long bytes, int prot) {
        int may = (vma.has(Vma.MAYREAD) ? MapFlags.PROT_READ : 0)
                | (vma.has(Vma.MAYWRITE) ? MapFlags.PROT_WRITE : 0)
                | (vma.has(Vma.MAYEXEC) ? MapFlags.PROT_EXEC : 0);
        if (vma.has(Vma.SEALED)) {
            return Errno.EPERM.negative();
        }
        if ((prot & ~may) != 0) {
            return Errno.EACCES.negative();
        }
        if ((prot & MapFlags.PROT_WRITE) != 0 && !vma.writable() && !vma.isShared()) {
            boolean account = !vma.has(Vma.NORESERVE);
            MmArea.checkExpand(mm, task, 0, bytes, account);
        }
        return 0;
    }

    private static long onHost(Mm mm, Task task, long start, long stop, int prot, List<Vma> before) {
        PendingChange change = PendingChange.protectionChanged(mm, start, stop, before);
        long mapped = mappedPrefix(before, start);
        if (mapped == stop) {
            UserThread self = PendingChange.self(mm, task);
            return change.begin(task, self, mm.space().protect(self, start, stop - start, Mm.hostProt(prot)));
        }
        // Files with parts behind their end: piece by piece, since the host stops at a hole.
        for (Vma vma : before) {
            if (vma.mappedEnd > vma.start) {
                long result = mm.space().protect(null, vma.start, vma.mappedEnd - vma.start, Mm.hostProt(prot));
                if (result < 0) {
                    return change.begin(task, null, result);
                }
            }
        }
        return 0;
    }

    /** How far the host has the range mapped without a hole. */
    private static long mappedPrefix(List<Vma> vmas, long start) {
        long at = start;
        for (Vma vma : vmas) {
            at = vma.mappedEnd;
            if (vma.mappedEnd < vma.end) {
                break;
            }
        }
        return at;
    }

    @GuardedBy("mm.lock") private static List<Vma> protections(Mm mm, long start, long end) {
        List<Vma> out = new ArrayList<>(1);
        for (int i = mm.tree.indexAbove(start); i < mm.tree.size() && mm.tree.get(i).start < end; i++) {
            Vma vma = mm.tree.get(i);
            out.add(vma.copy(mm, Math.max(start, vma.start), Math.min(end, vma.end)));
        }
        return out;
    }

    /** Changes the list only. */
    @GuardedBy("mm.lock") static void set(Mm mm, long start, long end, int prot) {
        VmaEditor.splitAt(mm, start);
        VmaEditor.splitAt(mm, end);
        for (int i = mm.tree.indexAbove(start); i < mm.tree.size() && mm.tree.get(i).start < end; i++) {
            Vma vma = mm.tree.get(i);
            mm.counters.remove(vma);
            vma.prot = prot;
            mm.tree.touched();
            mm.counters.add(vma);
        }
        VmaEditor.joinAround(mm, start, end);
    }
}
