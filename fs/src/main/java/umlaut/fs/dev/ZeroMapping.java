package umlaut.fs.dev;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import umlaut.kernel.mm.MappingSource;
import umlaut.kernel.mm.PageStore;
import umlaut.kernel.mm.Shmem;
import umlaut.kernel.mm.Vma;

/**
 * What a mapping of /dev/zero shows: zeroed memory without a name, shared with those who inherit it if the mapping is
 * shared (Linux: mmap_zero, shmem_zero_setup). Lives as long as a VMA shows it.
 */
final class ZeroMapping implements MappingSource {
    private static final long LIMIT = 1L << 47;
    private final Shmem memory;

    @GuardedBy("this") private boolean handedOver;

    ZeroMapping(PageStore store) {
        memory = new Shmem(store);
        memory.truncate(LIMIT);
    }

    @Override
    public void extent(long offset, long length, boolean writable, Extent into) {
        memory.extent(offset, length, writable, into);
    }

    @Override
    public void mapped(Vma vma) {
        memory.mapped(vma);
        synchronized (this) {
            if (!handedOver) {
                handedOver = true;
                memory.release(); // from here on the VMAs hold it
            }
        }
    }

    @Override
    public void unmapped(Vma vma) {
        memory.unmapped(vma);
    }
}
