package umlaut.kernel.mm;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Another process's memory as a debugger reaches it (Linux: access_remote_vm with FOLL_FORCE): whatever lies in a VMA can be read; it can be written where the
 * guest itself may, or as a private copy. The caller holds a reference to the Mm.
 */
public final class PokedMemory {
    private static final String VVAR = "[vvar]";

    private PokedMemory() {}

    /** @return bytes read before the first that can't be */
    public static long read(Mm mm, long address, MemorySegment to, long offset, long length) {
        return move(mm, address, to, offset, length, false);
    }

    /** @return bytes written before the first that can't be */
    public static long write(Mm mm, long address, MemorySegment from, long offset, long length) {
        return move(mm, address, from, offset, length, true);
    }

    private static long move(Mm mm, long address, MemorySegment here, long offset, long length, boolean write) {
        long done = 0;
        while (done < length) {
            Vma vma = find(mm, address + done);
            if (vma == null || !allowed(vma, write)) {
                break;
            }
            long n = Math.min(length - done, vma.end() - (address + done));
            long moved = write
                    ? mm.space().poke(address + done, here, offset + done, n)
                    : mm.space().peek(address + done, here, offset + done, n);
            if (moved < n && moved >= 0 && MmFault.extend(mm, address + done + moved)) {
                done += moved;
                continue;
            }
            done += Math.max(0, moved);
            if (moved < n) {
                break;
            }
        }
        return done;
    }

    /** The vDSO is in no tree: the engine put it there. */
    private static @Nullable Vma find(Mm mm, long address) {
        if (Long.compareUnsigned(address, mm.layout.taskSize) < 0) {
            return mm.vmaAt(address);
        }
        for (Vma vma : mm.vmas()) {
            if (vma.has(Vma.SPECIAL) && address >= vma.start() && address < vma.end()) {
                return vma;
            }
        }
        return null;
    }

    private static boolean allowed(Vma vma, boolean write) {
        if (vma.has(Vma.SECRET)) {
            return false;
        }
        if (vma.has(Vma.SPECIAL) && (write || VVAR.equals(vma.name()))) {
            return false;
        }
        return !write || vma.writable() || !vma.isShared();
    }
}
