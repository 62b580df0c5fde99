package umlaut.kernel.mm;

import java.util.function.Consumer;
import umlaut.engine.UserThread;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;

/**
 * fork(2)'s copy of an address space (Linux: dup_mmap). The host copies the pages, and knows from madvise(2) which to leave out or wipe; this copies the VMAs.
 */
final class MmFork {
    private MmFork() {}

    static Mm.Forked fork(Mm parent, Task task, Consumer<UserThread> prepare, boolean running) {
        parent.lock.lock();
        try {
            UserThread user = parent.space().fork(task.user(), prepare, running);
            MmLayout layout = new MmLayout(parent.layout.taskSize);
            layout.copyFrom(parent.layout);
            Mm child = new Mm(parent.kernel(), user.addressSpace(), layout);
            copyVmas(parent, child);
            File exe = parent.executable();
            child.setExecutable(exe == null ? null : exe.acquire());
            child.setDumpable(parent.dumpable());
            child.coredumpFilter = parent.coredumpFilter;
            child.withoutVdso = parent.withoutVdso;
            return new Mm.Forked(child, user);
        } finally {
            parent.lock.unlock();
        }
    }

    @SuppressWarnings("GuardedBy") // the parent's lock is held by the caller; the child is nobody else's yet
    private static void copyVmas(Mm parent, Mm child) {
        VmaTree tree = parent.tree;
        for (int i = 0; i < tree.size(); i++) {
            Vma vma = tree.get(i);
            if (!vma.has(Vma.DONTFORK)) {
                Vma copy = vma.copy(child, vma.start, vma.end);
                copy.flags &= ~(Vma.LOCKED | Vma.LOCKONFAULT);
                VmaEditor.hold(copy);
                child.tree.append(copy);
                child.counters.add(copy);
            }
        }
    }
}
