package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;

/** munmap(2) (Linux: mm/vma.c do_vmi_munmap). */
final class Munmap {
    /** Linux's; what lies between a guest's own and this is the engine's, and nothing to unmap. */
    private static final long TASK_SIZE_MAX = (1L << 47) - MmArea.PAGE;

    private Munmap() {}

    static long munmap(Task task, long address, long size) {
        Mm mm = task.mm();
        if (!MmArea.aligned(address)
                || address < 0
                || address > TASK_SIZE_MAX
                || Long.compareUnsigned(size, TASK_SIZE_MAX - address) > 0) {
            return Errno.EINVAL.negative();
        }
        long length = MmArea.pageUp(size);
        if (length == 0) {
            return Errno.EINVAL.negative();
        }
        mm.lock.lock();
        try {
            MmReport.vdsoUnmapped(mm, address, address + length);
            long end = Math.min(address + length, mm.layout.taskSize);
            long result = address < end ? unmap(mm, task, address, end) : 0;
            mm.lease.mapped(task, address);
            return result;
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
    }

    /** @param task whose call it is: the host call may be left to it; null: at once */
    @GuardedBy("mm.lock") static long unmap(Mm mm, @Nullable Task task, long start, long end) {
        MmStack.settle(mm, start, end);
        if (mm.tree.firstIn(start, end) == null) {
            return 0;
        }
        if (VmaEditor.splitsInTwo(mm, start, end)) {
            VmaEditor.checkCount(mm, 1);
        }
        for (int i = mm.tree.indexAbove(start); i < mm.tree.size() && mm.tree.get(i).start < end; i++) {
            if (mm.tree.get(i).has(Vma.SEALED)) {
                return Errno.EPERM.negative();
            }
        }
        MmStack.cede(mm, start, end);
        Mmap.limitHeapGrant(mm, start, end);
        List<Vma> gone = VmaEditor.detach(mm, start, end);
        UserThread self = PendingChange.self(mm, task);
        long result = mm.space().unmap(self, start, end - start);
        return PendingChange.replaced(mm, start, end, gone).begin(task, self, result);
    }
}
