package umlaut.kernel.mm;

import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.kernel.task.Task;

/**
 * NUMA memory policy on a machine with one node (mbind(2), set_mempolicy(2), get_mempolicy(2), move_pages(2); Linux: mm/mempolicy.c): everything lies on node 0,
 * so a policy is checked and has no effect.
 */
final class MemoryPolicy {
    private static final int MODE_FLAGS = 0xe000;
    private static final int MAX_NODES = 4096;

    private MemoryPolicy() {}

    static long set(Task task, int mode, long mask, long maxNode) {
        return check(task, mode, mask, maxNode);
    }

    static long bind(Task task, long address, long size, int mode, long mask, long maxNode, int flags) {
        if ((flags & ~7) != 0 || !MmArea.aligned(address)) {
            return Errno.EINVAL.negative();
        }
        long end = address + MmArea.pageUp(size);
        if (Long.compareUnsigned(end, address) < 0) {
            return Errno.EINVAL.negative();
        }
        long error = check(task, mode, mask, maxNode);
        if (error != 0 || end == address) {
            return error;
        }
        Vma vma = task.mm().vmaAbove(address);
        return vma == null || vma.start > address ? Errno.EFAULT.negative() : 0;
    }

    private static long check(Task task, int mode, long mask, long maxNode) {
        int policy = mode & ~MODE_FLAGS;
        if (policy < 0 || policy > MapFlags.MPOL_WEIGHTED_INTERLEAVE) {
            return Errno.EINVAL.negative();
        }
        if (maxNode < 0 || maxNode > MAX_NODES * 8L) {
            return Errno.EINVAL.negative();
        }
        boolean any = false;
        long words = maxNode <= 1 || mask == 0 ? 0 : maxNode - 1 + 63 >> 6;
        for (long i = 0; i < words; i++) {
            long word = task.memory.getLong(mask + i * 8);
            if (i == words - 1 && (maxNode - 1 & 63) != 0) {
                word &= (1L << (maxNode - 1 & 63)) - 1;
            }
            if (i == 0 ? (word & ~1L) != 0 : word != 0) {
                return Errno.EINVAL.negative();
            }
            any |= word != 0;
        }
        boolean needsNodes = policy == MapFlags.MPOL_BIND
                || policy == MapFlags.MPOL_INTERLEAVE
                || policy == MapFlags.MPOL_WEIGHTED_INTERLEAVE
                || policy == MapFlags.MPOL_PREFERRED_MANY;
        boolean mustBeEmpty = policy == MapFlags.MPOL_DEFAULT || policy == MapFlags.MPOL_LOCAL;
        return needsNodes && !any || mustBeEmpty && any ? Errno.EINVAL.negative() : 0;
    }

    static long get(Task task, long mode, long mask, long maxNode, long address, long flags) {
        long known = MapFlags.MPOL_F_NODE | MapFlags.MPOL_F_ADDR | MapFlags.MPOL_F_MEMS_ALLOWED;
        if ((flags & ~known) != 0 || mask != 0 && maxNode < 1) {
            return Errno.EINVAL.negative();
        }
        boolean allowed = (flags & MapFlags.MPOL_F_MEMS_ALLOWED) != 0;
        if (allowed && flags != MapFlags.MPOL_F_MEMS_ALLOWED) {
            return Errno.EINVAL.negative();
        }
        if ((flags & MapFlags.MPOL_F_ADDR) != 0) {
            Vma vma = task.mm().vmaAbove(address);
            if (vma == null || vma.start > address) {
                return Errno.EFAULT.negative();
            }
        } else if (address != 0 || (flags & MapFlags.MPOL_F_NODE) != 0) {
            return Errno.EINVAL.negative();
        }
        if (mode != 0) {
            task.memory.putInt(mode, 0);
        }
        if (mask != 0) {
            for (long i = 0; i < maxNode + 63 >> 6; i++) {
                task.memory.putLong(mask + i * 8, i == 0 && allowed ? 1 : 0);
            }
        }
        return 0;
    }

    /** Where pages are: on node 0, or nowhere. Moving them there is done at once. */
    static long movePages(Task task, Mm mm, long count, long pages, long nodes, long status) {
        for (long i = 0; i < count; i++) {
            long page = task.memory.getLong(pages + i * 8);
            int result = 0;
            Vma vma = mm.vmaAbove(page);
            if (vma == null || vma.start > page) {
                result = (int) Errno.EFAULT.negative();
            } else if (nodes != 0 && task.memory.getInt(nodes + i * 4) != 0) {
                return Errno.ENODEV.negative();
            }
            task.memory.putInt(status + i * 4, result);
        }
        return 0;
    }
}
