package umlaut.kernel.mm;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files large enough for large pages, with a store that may have some and one that has none: nobody may see a difference. */
class ShmemLargeTest {
    private static final int PAGE = 4096, MIB = 1 << 20;
    private static final int MOST = 24 * MIB;

    private final MemorySegment data = Arena.ofAuto().allocate(MOST);
    private final byte[] model = new byte[MOST];
    private int size;

    private static HostPageStore store(boolean large) {
        return new HostPageStore("test", 256L << 20, large);
    }

    private void write(Shmem file, int offset, int length, int value) {
        data.asSlice(0, length).fill((byte) value);
        assertThat(file.write(new IovIter().kernel(data, 0, length), offset)).isEqualTo(length);
        Arrays.fill(model, offset, offset + length, (byte) value);
        size = Math.max(size, offset + length);
    }

    private void check(Shmem file) {
        assertThat(file.size()).isEqualTo(size);
        assertThat(file.read(new IovIter().kernel(data, 0, MOST), 0)).isEqualTo(size);
        assertThat(data.asSlice(0, size).mismatch(MemorySegment.ofArray(model).asSlice(0, size)))
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void growsInPiecesOfAnySize(boolean large) {
        HostPageStore store = store(large);
        for (int piece : new int[] {1000, PAGE, 64 << 10, 3 * MIB + 5, 8 * MIB}) {
            Shmem file = new Shmem(store);
            size = 0;
            for (int at = 0; at + piece <= 17 * MIB; at += piece) {
                write(file, at, piece, at / piece + 1);
            }
            check(file);
            assertThat(file.allocatedBytes()).isEqualTo((long) size + PAGE - 1 & -PAGE);
            assertThat(file.seekHole(0)).isEqualTo(size);
            file.release();
            Arrays.fill(model, (byte) 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void behavesAsAnArrayOfBytes(boolean large) {
        Shmem file = new Shmem(store(large));
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            int offset = random.nextInt(size + 1);
            int length = random.nextInt(i % 3 == 0 ? 100 : 2 * MIB);
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> {
                    int at = random.nextInt(3) == 0 ? offset : size;
                    write(file, at, Math.min(length, MOST - at), i | 1);
                }
                case 3 -> {
                    int to = random.nextInt(4) == 0 ? offset : Math.min(size + length, MOST);
                    file.truncate(to);
                    Arrays.fill(model, Math.min(to, size), Math.max(to, size), (byte) 0);
                    size = to;
                }
                case 4 -> {
                    file.punchHole(offset, length);
                    Arrays.fill(model, offset, Math.min(offset + length, size), (byte) 0);
                }
                default -> file.allocate(offset, length, true);
            }
            if (i == 200) {
                file.extent(0, size, true, new MappingSource.Extent());
            }
            check(file);
        }
    }

    /** What guests touch in a mapping is told from holes by what has memory: a large page half filled must not look like data. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMappedFileHasNoMoreDataThanWasWritten(boolean large) {
        Shmem file = new Shmem(store(large));
        write(file, 0, 9 * MIB, 7);
        file.truncate(12 * MIB);
        size = 12 * MIB;
        file.extent(0, size, true, new MappingSource.Extent());
        assertThat(file.seekHole(0)).isEqualTo(9 * MIB);
        assertThat(file.seekData(9 * MIB)).isNegative();
        write(file, 10 * MIB, PAGE, 8);
        assertThat(file.seekHole(0)).isEqualTo(9 * MIB);
        assertThat(file.seekData(9 * MIB)).isEqualTo(10 * MIB);
        assertThat(file.seekHole(10 * MIB)).isEqualTo(10 * MIB + PAGE);
        assertThat(file.allocatedBytes()).isEqualTo(9 * MIB + PAGE);
        check(file);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsCutOffIsGivenBack(boolean large) {
        HostPageStore store = store(large);
        Shmem file = new Shmem(store);
        write(file, 0, 13 * MIB, 1);
        file.truncate(6 * MIB + PAGE);
        size = 6 * MIB + PAGE;
        Arrays.fill(model, size, MOST, (byte) 0);
        write(file, size, 7 * MIB, 2);
        check(file);
        file.release();
        assertThat(store.allocatedBytes()).isZero();
    }

    /** One page more than whole large pages is one page more of memory, once nobody writes it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileThatIsDoneTakesWhatItHolds(boolean large) {
        HostPageStore store = store(large);
        Shmem file = new Shmem(store);
        for (int at = 0; at < 8 * MIB; at += MIB) {
            write(file, at, MIB, 1);
        }
        write(file, 8 * MIB, 10, 2);
        file.trim();
        assertThat(store.allocatedBytes()).isEqualTo(8 * MIB + PAGE);
        write(file, 8 * MIB + 10, 3 * MIB, 3);
        check(file);
        file.trim();
        assertThat(store.allocatedBytes()).isEqualTo(11 * MIB + PAGE);
    }
}
