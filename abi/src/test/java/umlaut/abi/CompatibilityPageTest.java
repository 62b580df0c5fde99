package umlaut.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CompatibilityPageTest {
    @Test
    void pageIsUpToDate() throws IOException {
        Path page = Path.of(System.getProperty("umlaut.root", ".."), "docs", "compatibility.md");
        assertThat(Files.readString(page))
                .as("syscalls.tsv has changed: run CompatibilityPage")
                .isEqualTo(CompatibilityPage.text(SyscallTable.load()));
    }
}
