package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TraceAccess;

/**
 * NUMA memory policy on a machine with one node: mbind(2), set_mempolicy(2), get_mempolicy(2), set_mempolicy_home_node(2), move_pages(2), migrate_pages(2) (Linux:
 * mm/mempolicy.c, mm/migrate.c). Policies are checked, kept and shown; whichever it is, memory comes from node 0.
 */
final class MemoryPolicy {
    private static final int STATIC = Mempolicy.STATIC, RELATIVE = Mempolicy.RELATIVE, BALANCING = 1 << 13;
    private static final int MODES = MapFlags.MPOL_WEIGHTED_INTERLEAVE + 1;
    private static final int MF_STRICT = 1, MF_MOVE = 2, MF_MOVE_ALL = 4;
    /** Bits that a node mask may be long. */
    private static final long MOST_BITS = 4096 * 8;

    private MemoryPolicy() {}

    // --- from guest memory ---

    /** get_nodes: a mask of {@code maxNode} - 1 bits. */
    private static long nodes(Task task, long mask, long maxNode) {
        long bits = maxNode - 1;
        if (bits == 0 || mask == 0) {
            return 0;
        }
        if (Long.compareUnsigned(bits, MOST_BITS) > 0) {
            throw Errno.EINVAL.exception();
        }
        long first = 0;
        for (long i = bits - 1 >> 6; i >= 0; i--) {
            long left = bits - (i << 6);
            long word = task.memory.getLong(mask + i * 8) & (left < 64 ? (1L << left) - 1 : -1L);
            if (i > 0 && word != 0) {
                throw Errno.EINVAL.exception();
            }
            first = word;
        }
        return first;
    }

    /** mpol_new and what is done to its nodes. @return null for the default policy */
    private static @Nullable Mempolicy make(int modeAndFlags, long nodes) {
        int flags = modeAndFlags & (STATIC | RELATIVE | BALANCING);
        int mode = modeAndFlags & ~flags;
        int fixed = flags & (STATIC | RELATIVE);
        boolean many = mode == MapFlags.MPOL_BIND || mode == MapFlags.MPOL_PREFERRED_MANY;
        if (mode < 0 || mode >= MODES || fixed == (STATIC | RELATIVE) || (flags & BALANCING) != 0 && !many) {
            throw Errno.EINVAL.exception();
        }
        if (mode == MapFlags.MPOL_DEFAULT) {
            if (nodes != 0) {
                throw Errno.EINVAL.exception();
            }
            return null;
        }
        if (mode == MapFlags.MPOL_PREFERRED && nodes == 0) {
            if (fixed != 0) {
                throw Errno.EINVAL.exception();
            }
            mode = MapFlags.MPOL_LOCAL;
        } else if (mode == MapFlags.MPOL_LOCAL ? nodes != 0 || fixed != 0 : nodes == 0) {
            throw Errno.EINVAL.exception();
        }
        long meant = (flags & RELATIVE) != 0 && nodes != 0 ? 1 : nodes & 1;
        if (mode != MapFlags.MPOL_LOCAL && meant == 0) {
            throw Errno.EINVAL.exception();
        }
        return new Mempolicy(mode, flags, meant, nodes, -1);
    }

    static long set(Task task, int mode, long mask, long maxNode) {
        int flags = mode & (STATIC | RELATIVE | BALANCING);
        if ((mode & ~flags) < 0 || (mode & ~flags) >= MODES) {
            return Errno.EINVAL.negative();
        }
        task.settings.mempolicy = make(mode, nodes(task, mask, maxNode));
        return 0;
    }

    static long bind(Task task, long address, long size, int mode, long mask, long maxNode, int flags) {
        int plain = mode & ~(STATIC | RELATIVE | BALANCING);
        if (plain < 0 || plain >= MODES) {
            return Errno.EINVAL.negative();
        }
        long nodes = nodes(task, mask, maxNode);
        if ((flags & ~(MF_STRICT | MF_MOVE | MF_MOVE_ALL)) != 0) {
            return Errno.EINVAL.negative();
        }
        if ((flags & MF_MOVE_ALL) != 0 && !task.credentials().capable(Capability.CAP_SYS_NICE)) {
            return Errno.EPERM.negative();
        }
        long end = address + MmArea.pageUp(size);
        if (!MmArea.aligned(address) || Long.compareUnsigned(end, address) < 0) {
            return Errno.EINVAL.negative();
        }
        if (end == address) {
            return 0;
        }
        Mempolicy fresh = make(mode, nodes);
        Mm mm = task.mm();
        mm.lock.lock();
        try {
            MmStack.settle(mm, address, end);
            return isWhole(mm, address, end) ? apply(mm, address, end, fresh) : Errno.EFAULT.negative();
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
    }

    /** Is everything there mapped? */
    @GuardedBy("mm.lock") private static boolean isWhole(Mm mm, long start, long end) {
        long at = start;
        for (int i = mm.tree.indexAbove(start); at < end; i++) {
            if (i == mm.tree.size() || mm.tree.get(i).start > at) {
                return false;
            }
            at = mm.tree.get(i).end;
        }
        return true;
    }

    @GuardedBy("mm.lock") private static long apply(Mm mm, long start, long end, @Nullable Mempolicy policy) {
        VmaEditor.checkCount(mm, 2);
        VmaEditor.splitAt(mm, start);
        VmaEditor.splitAt(mm, end);
        for (int i = mm.tree.indexAbove(start); i < mm.tree.size() && mm.tree.get(i).start < end; i++) {
            mm.tree.get(i).policy = policy;
        }
        VmaEditor.joinAround(mm, start, end);
        return 0;
    }

    static long setHome(Task task, long address, long size, long node, long flags) {
        long end = address + MmArea.pageUp(size);
        if (!MmArea.aligned(address) || flags != 0 || node != 0 || Long.compareUnsigned(end, address) < 0) {
            return Errno.EINVAL.negative();
        }
        if (end == address) {
            return 0;
        }
        long result = Errno.ENOENT.negative();
        Mm mm = task.mm();
        mm.lock.lock();
        try {
            for (int i = mm.tree.indexAbove(address); i < mm.tree.size() && mm.tree.get(i).start < end; i++) {
                Vma vma = mm.tree.get(i);
                Mempolicy old = vma.policy;
                if (old == null) {
                    continue;
                }
                if (old.mode() != MapFlags.MPOL_BIND && old.mode() != MapFlags.MPOL_PREFERRED_MANY) {
                    return Errno.EOPNOTSUPP.negative();
                }
                long from = Math.max(vma.start, address);
                long to = Math.min(vma.end, end);
                result = apply(mm, from, to, old.at((int) node));
                i = mm.tree.indexAbove(to) - 1;
            }
            return result;
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
    }

    static long get(Task task, long mode, long mask, long maxNode, long address, long flags) {
        long known = MapFlags.MPOL_F_NODE | MapFlags.MPOL_F_ADDR | MapFlags.MPOL_F_MEMS_ALLOWED;
        if (mask != 0 && maxNode < 1 || (flags & ~known) != 0) {
            return Errno.EINVAL.negative();
        }
        boolean byAddress = (flags & MapFlags.MPOL_F_ADDR) != 0;
        boolean node = (flags & MapFlags.MPOL_F_NODE) != 0;
        int shown = 0;
        long nodes = 1;
        if ((flags & MapFlags.MPOL_F_MEMS_ALLOWED) != 0) {
            if (byAddress || node) {
                return Errno.EINVAL.negative();
            }
        } else {
            Mempolicy policy = byAddress ? ofAddress(task, address) : task.settings.mempolicy;
            if (!byAddress && address != 0) {
                return Errno.EINVAL.negative();
            }
            if (node && !byAddress && !interleaves(policy)) {
                return Errno.EINVAL.negative();
            }
            shown = node || policy == null ? 0 : policy.mode() | policy.flags() & (STATIC | RELATIVE | BALANCING);
            nodes = policy == null ? 0 : policy.shownNodes();
        }
        if (mode != 0) {
            task.memory.putInt(mode, shown);
        }
        if (mask != 0) {
            for (long i = 0; i < maxNode - 1 + 63 >> 6; i++) {
                task.memory.putLong(mask + i * 8, i == 0 ? nodes : 0);
            }
        }
        return 0;
    }

    private static boolean interleaves(@Nullable Mempolicy policy) {
        return policy != null
                && (policy.mode() == MapFlags.MPOL_INTERLEAVE || policy.mode() == MapFlags.MPOL_WEIGHTED_INTERLEAVE);
    }

    private static @Nullable Mempolicy ofAddress(Task task, long address) {
        Vma vma = task.mm().vmaAt(address);
        if (vma == null) {
            throw Errno.EFAULT.exception();
        }
        return vma.policy;
    }

    // --- pages ---

    private static Mm target(Task task, int pid) {
        Task target = pid == 0 ? task : task.findTask(pid);
        if (target == null) {
            throw Errno.ESRCH.exception();
        }
        Mm mm = target.mmOrNull();
        if (target != task && !TraceAccess.mayAttach(task, target)) {
            throw Errno.EPERM.exception();
        }
        if (mm == null) {
            throw Errno.EINVAL.exception();
        }
        return mm;
    }

    /** There is nowhere to go from node 0. */
    static long migrate(Task task, int pid, long maxNode, long from, long to) {
        nodes(task, from, maxNode);
        long fresh = nodes(task, to, maxNode);
        target(task, pid);
        if ((fresh & ~1L) != 0 && !task.credentials().capable(Capability.CAP_SYS_NICE)) {
            return Errno.EPERM.negative();
        }
        return (fresh & 1) == 0 ? Errno.EINVAL.negative() : 0;
    }

    /** Where pages are: on node 0, or nowhere. Moving them there is done at once. */
    static long movePages(Task task, Args a) {
        int flags = a.i(5);
        if ((flags & ~(MF_MOVE | MF_MOVE_ALL)) != 0) {
            return Errno.EINVAL.negative();
        }
        if ((flags & MF_MOVE_ALL) != 0 && !task.credentials().capable(Capability.CAP_SYS_NICE)) {
            return Errno.EPERM.negative();
        }
        Mm mm = target(task, a.i(0));
        long count = a.l(1);
        long nodes = a.l(3);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment resident = arena.allocate(8);
            for (long i = 0; i < count; i++) {
                long page = task.memory.getLong(a.l(2) + i * 8);
                int node = nodes == 0 ? 0 : task.memory.getInt(nodes + i * 4);
                if (node != 0) {
                    return Errno.ENODEV.negative();
                }
                task.memory.putInt(a.l(4) + i * 4, place(mm, page & -MmArea.PAGE, resident));
            }
        }
        return 0;
    }

    /** @return the node, or -errno */
    private static int place(Mm mm, long page, MemorySegment resident) {
        Vma vma = mm.vmaAt(page);
        if (vma == null) {
            return (int) Errno.EFAULT.negative();
        }
        boolean there = mm.space().residency(page, MmArea.PAGE, resident) == 0
                && (resident.get(ValueLayout.JAVA_BYTE, 0) & 1) != 0;
        return there ? 0 : (int) Errno.ENOENT.negative();
    }
}
