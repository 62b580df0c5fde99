package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;

/** munmap(2) (Linux: mm/vma.c do_vmi_munmap). */
final class Munmap {
    private Munmap() {}

    static long munmap(Task task, long address, long size) {
        Mm mm = task.mm();
        long taskSize = mm.layout.taskSize;
        if (!MmArea.aligned(address)
                || address < 0
                || address > taskSize
                || Long.compareUnsigned(size, taskSize - address) > 0) {
            return Errno.EINVAL.negative();
        }
        long length = MmArea.pageUp(size);
        if (length == 0) {
            return Errno.EINVAL.negative();
        }
        mm.lock.lock();
        try {
            long result = unmap(mm, task, address, address + length);
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
