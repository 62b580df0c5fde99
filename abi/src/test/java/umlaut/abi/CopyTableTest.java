package umlaut.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CopyTableTest {
    private static byte[] record(int number) {
        int from = number * CopyTable.RECORD_SIZE;
        return Arrays.copyOfRange(CopyTable.bytes(), from, from + CopyTable.RECORD_SIZE);
    }

    @Test
    void compiledFormIsUpToDate() throws IOException {
        String source = CopyTableGenerator.source(CopyTableGenerator.packed(SyscallTable.load()));
        Derived.check("abi/src/main/java/umlaut/abi/CopyTableData.java", source);
    }

    @Test
    void pathsAndStructsAreEntries() {
        byte[] openat = record(Nr.OPENAT);
        assertThat(Arrays.copyOf(openat, 8)).containsExactly(1, 0, 0, 0, 1, CopyTable.PATH, 0, 0);
        byte[] nanosleep = record(Nr.NANOSLEEP);
        assertThat(Arrays.copyOf(nanosleep, 8)).containsExactly(1, 0, 0, 0, 0, CopyTable.FIXED, Timespec.SIZE, 0);
        byte[] poll = record(Nr.POLL);
        assertThat(Arrays.copyOf(poll, 8)).containsExactly(1, 0, 0, 0, 0, CopyTable.COUNTED, 1, Pollfd.SIZE);
    }

    @Test
    void callsThatForkAreMarked() {
        assertThat(record(Nr.CLONE3)[1]).isEqualTo((byte) CopyTable.FORKS);
        assertThat(record(Nr.READ)[1]).isZero();
    }
}
