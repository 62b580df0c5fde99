package umlaut.engine.process;

import org.jspecify.annotations.Nullable;
import umlaut.engine.UserThread;

/** What an mremap(2) does to the engine's record of what is mapped: a move leaves one place and takes another, the rest grows or shrinks where it is. */
final class Remapping {
    private Remapping() {}

    static void note(
            NativeAddressSpace space,
            @Nullable UserThread self,
            long oldAddress,
            long oldLength,
            long newAddress,
            long newLength) {
        if (oldAddress != newAddress) {
            space.noteUnmapped(self, oldAddress, oldAddress + oldLength);
            space.noteMapped(self, newAddress, newAddress + newLength);
        } else if (newLength > oldLength) {
            space.noteMapped(self, oldAddress + oldLength, newAddress + newLength);
        } else if (newLength < oldLength) {
            space.noteUnmapped(self, newAddress + newLength, oldAddress + oldLength);
        }
    }
}
