package umlaut.kernel.mm;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.vfs.File;

/**
 * A mapping to be made, checked already: what {@link Mmap#map} needs.
 *
 * @param address where; page-aligned
 * @param length bytes, a multiple of the page size
 * @param prot PROT_*
 * @param flags {@link Vma} flags
 * @param source what is mapped; null for anonymous memory
 * @param file the open file, of which the mapping gets its own reference; or null
 * @param offset byte offset in the source
 * @param name for /proc/PID/maps, or null
 */
record MapRequest(
        long address,
        long length,
        int prot,
        int flags,
        @Nullable MappingSource source,
        @Nullable File file,
        long offset,
        @Nullable String name) {
    long end() {
        return address + length;
    }

    static MapRequest anonymous(long address, long length, int prot, int flags, @Nullable String name) {
        return new MapRequest(address, length, prot, flags, null, null, address, name);
    }
}
