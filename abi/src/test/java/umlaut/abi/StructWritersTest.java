package umlaut.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StructWritersTest {
    private final byte[] bytes = new byte[256];
    private final MemorySegment memory = MemorySegment.ofArray(bytes);

    @Test
    void directoryEntriesArePaddedTo8() {
        Arrays.fill(bytes, (byte) 0x55);
        int length = Dirent64.write(memory, 1, 42, 7, DirentType.DT_DIR, "abcde", false);
        assertThat(length).isEqualTo(32);
        assertThat(Le.getLong(memory, 1)).isEqualTo(42);
        assertThat(Le.getLong(memory, 9)).isEqualTo(7);
        assertThat(Le.getUnsignedShort(memory, 17)).isEqualTo(32);
        assertThat(Le.getByte(memory, 19)).isEqualTo((byte) 4);
        assertThat(new String(bytes, 20, 13, StandardCharsets.ISO_8859_1)).isEqualTo("abcde" + "\0".repeat(8));
        assertThat(bytes[33]).isEqualTo((byte) 0x55);
        assertThat(Dirent64.recordLength(4, false)).isEqualTo(24);
    }

    @Test
    void oldDirectoryEntriesEndWithTheirType() {
        int length = Dirent64.write(memory, 0, 42, 7, DirentType.DT_REG, "abcd", true);
        assertThat(length).isEqualTo(24);
        assertThat(bytes[23]).isEqualTo((byte) DirentType.DT_REG);
        assertThat(bytes[22]).isZero();
    }

    @Test
    void timesBeforeTheEpoch() {
        Timespec.writeNs(memory, 0, -1);
        assertThat(Timespec.seconds(memory, 0)).isEqualTo(-1);
        assertThat(Timespec.nanoseconds(memory, 0)).isEqualTo(999_999_999);
        assertThat(Timespec.isValid(memory, 0)).isFalse();
    }

    @Test
    void hugeTimesAreForever() {
        Timespec.write(memory, 0, Long.MAX_VALUE, 0);
        assertThat(Timespec.toNs(memory, 0)).isEqualTo(Long.MAX_VALUE);
        Timeval.write(memory, 0, 2, 500_000);
        assertThat(Timeval.toNs(memory, 0)).isEqualTo(2_500_000_000L);
    }

    @Test
    void textFieldsEndWithNul() {
        Arrays.fill(bytes, (byte) 0x55);
        Le.putText(memory, 0, 8, "0123456789");
        assertThat(new String(bytes, 0, 9, StandardCharsets.ISO_8859_1)).isEqualTo("0123456\0U");
    }

    @Test
    void networkOrder() {
        SockaddrIn.write(memory, 0, 80, 0x7f000001);
        assertThat(bytes).startsWith(2, 0, 0, 80, 127, 0, 0, 1, 0);
        assertThat(Le.getNetShort(memory, 2)).isEqualTo(80);
        assertThat(Le.getNetInt(memory, 4)).isEqualTo(0x7f000001);
    }

    @Test
    void modesReadAsInLs() {
        assertThat(Mode.toString(Mode.S_IFDIR | 01777)).isEqualTo("drwxrwxrwt");
        assertThat(Mode.toString(Mode.S_IFREG | 04711)).isEqualTo("-rws--x--x");
        assertThat(Mode.toString(Mode.S_IFSOCK | 02600)).isEqualTo("srw---S---");
        assertThat(Mode.direntType(Mode.S_IFLNK)).isEqualTo(DirentType.DT_LNK);
    }
}
