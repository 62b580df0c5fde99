package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import umlaut.abi.MapFlags;

/** What /proc shows of an address space. */
final class MmReport {
    private static final long VDSO_SIZE = 2 * MmArea.PAGE;

    private MmReport() {}

    static List<Vma> snapshot(Mm mm) {
        mm.lock.lock();
        try {
            MmStack.settle(mm, 0, Long.MAX_VALUE);
            List<Vma> out = new ArrayList<>(mm.tree.size());
            for (int i = 0; i < mm.tree.size(); i++) {
                Vma vma = mm.tree.get(i);
                out.add(vma.copy(mm, vma.start, vma.end));
            }
            addVdso(mm, out);
            return out;
        } finally {
            mm.lock.unlock();
        }
    }

    /** The guest has unmapped a range: if that is all of the vDSO, it is shown no more, though the engine keeps it. */
    @GuardedBy("mm.lock") static void vdsoUnmapped(Mm mm, long start, long end) {
        long vdso = mm.kernel().engine.cpu().vdso();
        if (vdso != 0 && start <= vdso && vdso + VDSO_SIZE <= end) {
            mm.withoutVdso = true;
        }
    }

    /** The engine's vDSO lies above what the guest can map, but every program is told of it and may read it. */
    private static void addVdso(Mm mm, List<Vma> out) {
        long vdso = mm.kernel().engine.cpu().vdso();
        if (vdso != 0 && mm.layout.auxv.length != 0 && !mm.withoutVdso) {
            int prot = MapFlags.PROT_READ | MapFlags.PROT_EXEC;
            int flags = Vma.SPECIAL | Vma.MAYREAD | Vma.MAYEXEC;
            out.add(new Vma(mm, vdso, vdso + VDSO_SIZE, prot, flags, null, null, vdso, "[vdso]"));
        }
    }

    /** Can the guest write to pages that belong to a file in the machine's memory? */
    static boolean sharesMemory(Mm mm) {
        mm.lock.lock();
        try {
            for (int i = 0; i < mm.tree.size(); i++) {
                Vma vma = mm.tree.get(i);
                if (vma.isShared() && vma.mayWrite() && vma.source != null) {
                    return true;
                }
            }
            return false;
        } finally {
            mm.lock.unlock();
        }
    }
}
