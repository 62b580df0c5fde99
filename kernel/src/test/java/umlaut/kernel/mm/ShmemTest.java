package umlaut.kernel.mm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;

class ShmemTest {
    private static final int PAGE = 4096;
    private final PageStore store = new HostPageStore("test", 8 << 20);
    private final Shmem file = new Shmem(store);

    private static MemorySegment bytes(byte[] from) {
        MemorySegment s = Arena.ofAuto().allocate(Math.max(1, from.length));
        MemorySegment.copy(from, 0, s, ValueLayout.JAVA_BYTE, 0, from.length);
        return s;
    }

    private long write(byte[] data, long offset) {
        return file.write(new IovIter().kernel(bytes(data), 0, data.length), offset);
    }

    private byte[] read(long offset, int length) {
        MemorySegment to = Arena.ofAuto().allocate(Math.max(1, length));
        long n = file.read(new IovIter().kernel(to, 0, length), offset);
        return to.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] filled(int length, int value) {
        byte[] out = new byte[length];
        Arrays.fill(out, (byte) value);
        return out;
    }

    @Test
    void readsWhatWasWritten() {
        assertThat(write(filled(10, 7), 0)).isEqualTo(10);
        assertThat(file.size()).isEqualTo(10);
        assertThat(read(0, 100)).isEqualTo(filled(10, 7));
        assertThat(read(10, 1)).isEmpty();
        assertThat(read(1000, 1)).isEmpty();
        assertThat(file.allocatedBytes()).isEqualTo(PAGE);
    }

    @Test
    void holesReadAsZeroAndTakeNoMemory() {
        write(filled(1, 1), 100 * PAGE);
        assertThat(file.allocatedBytes()).isEqualTo(PAGE);
        assertThat(read(50 * PAGE, 10)).isEqualTo(new byte[10]);
        assertThat(file.seekData(0)).isEqualTo(100 * PAGE);
        assertThat(file.seekHole(0)).isZero();
        assertThat(file.seekHole(100 * PAGE)).isEqualTo(100 * PAGE + 1);
        assertThat(file.seekData(101 * PAGE)).isEqualTo(Errno.ENXIO.negative());
    }

    @Test
    void truncationForgets() {
        write(filled(3 * PAGE, 5), 0);
        file.truncate(PAGE + 10);
        file.truncate(3 * PAGE);
        byte[] expected = new byte[3 * PAGE];
        Arrays.fill(expected, 0, PAGE + 10, (byte) 5);
        assertThat(read(0, 3 * PAGE)).isEqualTo(expected);
        assertThat(file.allocatedBytes()).isEqualTo(2 * PAGE);
    }

    @Test
    void holesCanBePunched() {
        write(filled(4 * PAGE, 5), 0);
        file.punchHole(10, 2 * PAGE);
        byte[] expected = filled(4 * PAGE, 5);
        Arrays.fill(expected, 10, 10 + 2 * PAGE, (byte) 0);
        assertThat(read(0, 4 * PAGE)).isEqualTo(expected);
        assertThat(file.allocatedBytes()).isEqualTo(3 * PAGE);
        file.allocate(0, 4 * PAGE, true);
        assertThat(file.allocatedBytes()).isEqualTo(4 * PAGE);
        assertThat(read(0, 4 * PAGE)).isEqualTo(expected);
    }

    @Test
    void releaseGivesAllBack() {
        write(filled(100 * PAGE, 1), 0);
        write(filled(10, 1), 500 * PAGE);
        file.release();
        assertThat(store.allocatedBytes()).isZero();
        assertThat(store.charge((8 << 20) / PAGE)).isTrue();
    }

    @Test
    void fullMemoryIsNoSpace() {
        assertThat(write(new byte[9 << 20], 0)).isEqualTo(8 << 20);
        assertThatThrownBy(() -> write(new byte[PAGE], 20 << 20))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
    }

    @Test
    void roomThatIsNotThereIsNotTaken() {
        assertThatThrownBy(() -> file.allocate(0, Long.MAX_VALUE, false))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
        assertThat(file.size()).isZero();
        assertThat(store.charge((8 << 20) / PAGE)).isTrue();
    }

    @Test
    void behavesAsAnArrayOfBytes() {
        Random random = new Random(3);
        byte[] model = new byte[200 * PAGE];
        int size = 0;
        for (int i = 0; i < 3000; i++) {
            int offset = random.nextInt(150 * PAGE);
            int length = random.nextInt(random.nextBoolean() ? 100 : 10 * PAGE);
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    byte[] data = filled(length, i | 1);
                    write(data, offset);
                    System.arraycopy(data, 0, model, offset, length);
                    size = length == 0 ? size : Math.max(size, offset + length);
                }
                case 2 -> {
                    int keep = random.nextInt(10) == 0 ? offset : size;
                    file.truncate(keep);
                    if (keep < size) {
                        Arrays.fill(model, keep, size, (byte) 0);
                    }
                    size = keep;
                }
                case 3 -> {
                    file.punchHole(offset, length);
                    Arrays.fill(model, Math.min(offset, size), Math.min(offset + length, size), (byte) 0);
                }
                default -> {
                    int end = Math.max(offset, Math.min(size, offset + length));
                    assertThat(read(offset, length)).isEqualTo(Arrays.copyOfRange(model, offset, end));
                }
            }
            assertThat(file.size()).isEqualTo(size);
        }
    }
}
