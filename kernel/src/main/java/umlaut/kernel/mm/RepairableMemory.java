package umlaut.kernel.mm;

import umlaut.engine.UserMemory;

/** Guest memory whose address space may have left parts unmapped until they are touched (Linux: handle_mm_fault for kernel accesses). */
public interface RepairableMemory extends UserMemory {
    /** An access faulted at {@code address}. No file-side lock may be held. @return true if it will work now */
    boolean repair(long address, boolean writing);
}
