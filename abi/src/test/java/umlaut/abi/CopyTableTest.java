package umlaut.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class CopyTableTest {
    private final long[] entries = CopyTable.entries();

    @Test
    void compiledFormIsUpToDate() throws IOException {
        String source = CopyTableGenerator.source(CopyTableGenerator.packed(SyscallTable.load()));
        Derived.check("abi/src/main/java/umlaut/abi/CopyTableData.java", source);
    }

    @Test
    void pathsStructsAndArraysAreSpecs() {
        assertThat(entries[Nr.OPENAT]).isEqualTo(1 | CopyTable.PATH << 3);
        assertThat(entries[Nr.NANOSLEEP]).isEqualTo(CopyTable.FIXED << 3 | Timespec.SIZE << 5);
        assertThat(entries[Nr.POLL]).isEqualTo(CopyTable.COUNTED << 3 | 1 << 5 | 3 << 8);
        assertThat(entries[Nr.RENAME]).isEqualTo(CopyTable.PATH << 3 | (1 | CopyTable.PATH << 3) << 16);
        assertThat(entries[Nr.GETPID]).isZero();
    }

    @Test
    void callsThatForkAreMarked() {
        assertThat(entries[Nr.FORK]).isEqualTo(CopyTable.FORKS);
        assertThat(entries[Nr.CLONE3] & CopyTable.FORKS).isNotZero();
        assertThat(entries[Nr.READ]).isZero();
    }
}
