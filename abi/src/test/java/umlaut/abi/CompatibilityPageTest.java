package umlaut.abi;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class CompatibilityPageTest {
    @Test
    void pageIsUpToDate() throws IOException {
        Derived.check("docs/compatibility.md", CompatibilityPage.text(SyscallTable.load()));
    }
}
