package umlaut.kernel.mm;

import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.task.Task;

/** Faults that the kernel mends (Linux: mm/memory.c handle_mm_fault). */
final class MmFault {
    private MmFault() {}

    static boolean handle(Mm mm, Task task, SigInfo info) {
        return false;
    }

    static void invalidate(Mm mm, Vma vma, long offset) {}
}
