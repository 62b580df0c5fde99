package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.host.Layouts;

/**
 * The guest memory that the stub copied into a thread's area on the way in of a system call, as {@link CopyTable} says: windows, each with the address it shows and
 * how much of it was copied. Addresses and lengths are the guest's to forge: one that lies shows it bytes of its own area. Belongs to the kernel thread.
 */
final class CopiedIn {
    private final MemorySegment area;
    /** The {@link CopyTable} entry of the call; 0 when nothing was copied, or when it holds no more. */
    private long entry;

    CopiedIn(MemorySegment area) {
        this.area = area;
    }

    void begin(long copyEntry) {
        entry = copyEntry;
    }

    /** Whether the vector state was saved too. */
    boolean savedVectors() {
        return (entry & CopyTable.XSAVE) != 0;
    }

    /** What was copied in holds no more; the vector state does. */
    void forgetAll() {
        entry &= CopyTable.XSAVE;
    }

    private static long at(int window) {
        return Area.WINDOW + (long) window * Area.WINDOW_STRIDE;
    }

    /** All of a range, or null. */
    @Nullable MemorySegment find(long address, long length) {
        if (length < 0 || address < 0 || address > Layout.TASK_SIZE - length) {
            return null;
        }
        for (int i = 0, n = CopyTable.specs(entry); i < n; i++) {
            long skip = address - area.get(Layouts.LONG, at(i));
            if (skip >= 0 && skip <= size(i) - length) {
                return area.asSlice(at(i) + Area.WINDOW_DATA + skip, length);
            }
        }
        return null;
    }

    /** What there is from an address on, or null. */
    @Nullable MemorySegment from(long address) {
        if (address < 0 || address > Layout.TASK_SIZE - Area.WINDOW_SIZE) {
            return null;
        }
        for (int i = 0, n = CopyTable.specs(entry); i < n; i++) {
            long size = size(i);
            long skip = address - area.get(Layouts.LONG, at(i));
            if (skip >= 0 && skip < size) {
                return area.asSlice(at(i) + Area.WINDOW_DATA + skip, size - skip);
            }
        }
        return null;
    }

    private long size(int window) {
        return Math.min(area.get(Layouts.LONG, at(window) + 8), Area.WINDOW_SIZE);
    }

    /** Memory is about to change behind what was copied in of it. */
    void forget(long from, long to) {
        for (int i = 0, n = CopyTable.specs(entry); i < n; i++) {
            long start = area.get(Layouts.LONG, at(i));
            if (start < to && from < start + Area.WINDOW_SIZE) {
                area.set(Layouts.LONG, at(i) + 8, 0);
            }
        }
    }
}
