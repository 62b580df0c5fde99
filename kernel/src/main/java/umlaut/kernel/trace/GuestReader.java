package umlaut.kernel.trace;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Le;
import umlaut.engine.UserMemory;

/** Guest memory as a tracer reads it: whatever cannot be read is null, never an error. */
final class GuestReader {
    private static final int PAGE = 4096;

    private final UserMemory memory;

    GuestReader(UserMemory memory) {
        this.memory = memory;
    }

    /** All of a range of at most some KiB, or null. */
    @Nullable MemorySegment bytes(long address, int length) {
        MemorySegment bytes = Arena.ofAuto().allocate(Math.max(length, 1));
        return memory.read(address, bytes, 0, length) == length ? bytes.asSlice(0, length) : null;
    }

    @Nullable Long getLong(long address) {
        MemorySegment bytes = bytes(address, 8);
        return bytes == null ? null : Le.getLong(bytes, 0);
    }

    @Nullable Integer getInt(long address) {
        MemorySegment bytes = bytes(address, 4);
        return bytes == null ? null : Le.getInt(bytes, 0);
    }

    /** A text up to its NUL, cut at {@code max} bytes; null if memory ends before either. */
    byte @Nullable [] text(long address, int max) {
        MemorySegment bytes = Arena.ofAuto().allocate(max);
        int have = 0;
        while (have < max) {
            int toPageEnd = PAGE - (int) (address + have & PAGE - 1);
            int length = Math.min(max - have, toPageEnd);
            if (memory.read(address + have, bytes, have, length) != length) {
                return null;
            }
            for (int i = have; i < have + length; i++) {
                if (bytes.get(ValueLayout.JAVA_BYTE, i) == 0) {
                    return Le.getBytes(bytes, 0, i);
                }
            }
            have += length;
        }
        return Le.getBytes(bytes, 0, max);
    }
}
