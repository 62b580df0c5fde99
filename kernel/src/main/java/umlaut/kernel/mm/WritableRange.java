package umlaut.kernel.mm;

import org.jspecify.annotations.Nullable;

/**
 * The last range that a task's reads went to and that was found to be writable memory, mapped on the host: what is read may then be left to be copied out as the task returns, where
 * a fault would come too late to leave the bytes where they were. Holds as long as the VMAs do not change. Only the task itself uses it.
 */
public final class WritableRange {
    private @Nullable Mm mm;
    private int version;
    private long start;
    private long end;

    /** Whether the guest can write all of a range. */
    boolean covers(Mm of, long address, long length) {
        if (address >= start && address + length <= end && of == mm && version == of.tree.version()) {
            return true;
        }
        of.lock.lockToLook();
        try {
            Vma vma = of.tree.find(address);
            if (vma == null || vma.start > address || !vma.writable() || address + length > vma.mappedEnd) {
                return false;
            }
            mm = of;
            version = of.tree.version();
            start = vma.start;
            end = vma.mappedEnd;
            return true;
        } finally {
            of.lock.unlock();
        }
    }
}
