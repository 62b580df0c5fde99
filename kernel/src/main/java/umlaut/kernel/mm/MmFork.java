package umlaut.kernel.mm;

import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;

/** fork(2)'s copy of an address space (Linux: dup_mmap). The host copies the pages; this copies the VMAs. */
final class MmFork {
    private MmFork() {}

    static Mm.Forked fork(Mm parent, Task task) {
        throw new IllegalStateException("no fork yet");
    }
}
