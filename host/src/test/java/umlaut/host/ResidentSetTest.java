package umlaut.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** What may be given back, and that nothing else is. */
class ResidentSetTest {
    private static final String MAPS = """
            20001000-20a80000 rw-p 00001000 fe:00 2196050                            /cache
            20a80000-21775000 r--p 00a80000 fe:00 2196050                            /cache
            7f0000000000-7f0000001000 r-xp 00000000 00:00 0
            7f0000001000-7f0000003000 r--s 00000000 00:01 5                          /memfd:pages (deleted)
            7f0000003000-7f0000005000 r-xp 00000000 fe:00 7                          /usr/lib/libjvm.so
            """;

    @Test
    void onlyPrivateMappingsOfFilesThatNobodyWritesTo() {
        assertThat(MAPS.lines().map(line -> ResidentSet.unwritableFile(line + "\n", 0)))
                .containsExactly(
                        null,
                        new ResidentSet.Range(0x20a80000L, 0x21775000L),
                        null,
                        null,
                        new ResidentSet.Range(0x7f0000003000L, 0x7f0000005000L));
    }

    @Test
    void pagesWrittenBeforeTheyWereProtectedAreTheProcesssOwn() {
        int fd =
                (int) Files.openat(Files.AT_FDCWD, Scratch.path("/proc/self/exe"), Files.O_RDONLY | Files.O_CLOEXEC, 0);
        long address =
                Memory.mmap(0, 2L * Memory.PAGE_SIZE, Memory.PROT_READ | Memory.PROT_WRITE, Memory.MAP_PRIVATE, fd, 0);
        Files.close(fd);
        MemorySegment map = MemorySegment.ofAddress(address).reinterpret(2L * Memory.PAGE_SIZE);
        ResidentSet.Range range = new ResidentSet.Range(address, address + 2L * Memory.PAGE_SIZE);
        byte first = map.get(Layouts.BYTE, 0);
        assertThat(ResidentSet.hasOwnPages(range)).isFalse();
        map.set(Layouts.BYTE, Memory.PAGE_SIZE, (byte) 42);
        Memory.mprotect(address, 2L * Memory.PAGE_SIZE, Memory.PROT_READ);
        assertThat(ResidentSet.hasOwnPages(range)).isTrue();
        ResidentSet.trim();
        assertThat(map.get(Layouts.BYTE, Memory.PAGE_SIZE)).isEqualTo((byte) 42);
        assertThat(map.get(Layouts.BYTE, 0)).isEqualTo(first);
        Memory.munmap(map);
    }
}
