package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.host.Layouts;

/**
 * The entry of clock_gettime(2) in the host's vDSO, vdso(7), which one process may have replaced by the system call itself: in a private copy of its page, as a debugger's breakpoint
 * would be. Found by name in the dynamic symbols, elf(5).
 */
final class VdsoClock {
    private static final String NAME = "__vdso_clock_gettime";
    private static final int IMAGE_SIZE = 16 << 10;
    private static final int SECTION_OFFSET = 0x28, SECTION_COUNT = 0x3c, SECTION_SIZE = 64;
    private static final int TYPE = 4, OFFSET = 24, SIZE = 32, LINK = 40, SHT_DYNSYM = 11;
    private static final int SYMBOL_SIZE = 24, VALUE = 8;
    /** mov $228,%eax; syscall; ret. */
    private static final byte[] CALL = {(byte) 0xb8, (byte) 228, 0, 0, 0, 0x0f, 0x05, (byte) 0xc3};

    private VdsoClock() {}

    /** From now on the process and its forks ask. Does nothing where there is no such symbol. @param vdso where it lies */
    static void divert(int pid, long vdso) {
        byte[] bytes = new byte[IMAGE_SIZE];
        MemorySegment image = MemorySegment.ofArray(bytes);
        long length = RemoteMemory.transfer(pid, false, vdso, image, 0, IMAGE_SIZE);
        long entry = length < 64 ? 0 : find(image.asSlice(0, length));
        if (entry > 0) {
            RemoteMemory.force(pid, true, vdso + entry, MemorySegment.ofArray(CALL), 0, CALL.length);
        }
    }

    /** @return the symbol's value, 0 if there is none */
    private static long find(MemorySegment image) {
        long sections = image.get(Layouts.LONG, SECTION_OFFSET);
        int count = image.get(Layouts.INT, SECTION_COUNT) & 0xffff;
        for (int i = 0; i < count; i++) {
            long section = sections + (long) i * SECTION_SIZE;
            if (section + SECTION_SIZE > image.byteSize()) {
                return 0;
            }
            if (image.get(Layouts.INT, section + TYPE) == SHT_DYNSYM) {
                long strings = sections + (long) image.get(Layouts.INT, section + LINK) * SECTION_SIZE;
                return find(
                        image,
                        image.get(Layouts.LONG, section + OFFSET),
                        image.get(Layouts.LONG, section + SIZE),
                        image.get(Layouts.LONG, strings + OFFSET));
            }
        }
        return 0;
    }

    private static long find(MemorySegment image, long symbols, long size, long strings) {
        for (long at = symbols; at + SYMBOL_SIZE <= symbols + size; at += SYMBOL_SIZE) {
            if (image.getString(strings + image.get(Layouts.INT, at)).equals(NAME)) {
                return image.get(Layouts.LONG, at + VALUE);
            }
        }
        return 0;
    }
}
