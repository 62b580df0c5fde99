package umlaut.kernel.mm;

import java.util.ArrayList;
import java.util.List;

/** What /proc shows of an address space. */
final class MmReport {
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
            return out;
        } finally {
            mm.lock.unlock();
        }
    }
}
