package umlaut.kernel.mm;

/** Removal of VMAs (munmap(2); Linux: do_vmi_munmap). */
final class MmUnmap {
    private MmUnmap() {}

    /** A VMA has gone for good: lets go of what it maps. */
    static void drop(Vma vma) {
        if (vma.source != null) {
            vma.source.unmapped(vma);
        }
        if (vma.file != null) {
            vma.file.release();
        }
    }

    /** The address space has ended. */
    static void releaseAll(Mm mm) {
        mm.lock.lock();
        try {
            for (int i = 0; i < mm.tree.size(); i++) {
                drop(mm.tree.get(i));
            }
            mm.tree.clear();
        } finally {
            mm.lock.unlock();
        }
    }
}
