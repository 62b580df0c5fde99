package umlaut.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SyscallTableTest {
    private static final Set<String> RESULTS = Set.of(
            "zero", "int", "uint", "long", "size", "off", "fd", "pid", "uid", "gid", "ptr", "mode", "signal", "never");

    private final SyscallTable table = SyscallTable.load();

    @Test
    void numbersAndNamesAreThoseOfNr() throws Exception {
        Map<String, Long> numbers = new HashMap<>();
        Constants.of("Nr").forEach((name, value) -> numbers.put(name.toLowerCase(Locale.ROOT), value.value()));
        assertThat(numbers.remove("count")).isEqualTo(Nr.COUNT);
        Map<String, Long> declared = new HashMap<>();
        table.all().forEach(spec -> declared.put(spec.name(), (long) spec.number()));
        assertThat(declared).isEqualTo(numbers);
    }

    @Test
    void everyStructHasASizeAndEveryResultAKind() {
        for (SyscallSpec spec : table.all()) {
            for (SyscallSpec.Arg arg : spec.args()) {
                if (arg.kind().name().startsWith("STRUCT") || arg.kind().name().startsWith("ARRAY")) {
                    assertThat(StructSize.of(arg.detail())).as(spec.name()).isPositive();
                }
            }
            assertThat(spec.args()).hasSizeLessThanOrEqualTo(6);
            if (!spec.result().contains(":")) {
                assertThat(RESULTS).as(spec.name()).contains(spec.result());
            }
        }
    }

    @Test
    void argumentsKnowTheirLength() {
        SyscallSpec write = table.spec(Nr.WRITE);
        assertThat(write).isNotNull();
        assertThat(write.args().get(1)).isEqualTo(new SyscallSpec.Arg("buf", ArgKind.BUF_IN, "", 2));
        SyscallSpec poll = table.spec(Nr.POLL);
        assertThat(poll).isNotNull();
        assertThat(poll.args().get(0)).isEqualTo(new SyscallSpec.Arg("fds", ArgKind.ARRAY_INOUT, "pollfd", 1));
    }

    @Test
    void unknownNumbersHaveANameAllTheSame() {
        assertThat(table.spec(400)).isNull();
        assertThat(table.spec(-1)).isNull();
        assertThat(table.spec(100_000)).isNull();
        assertThat(table.name(400)).isEqualTo("syscall_0x190");
        assertThat(table.name(Nr.OPENAT)).isEqualTo("openat");
    }

    @Test
    void notesExplainWhatIsNotFull() {
        for (SyscallSpec spec : table.all()) {
            if (spec.level() == SyscallSpec.Level.PARTIAL || spec.level() == SyscallSpec.Level.REFUSED) {
                assertThat(spec.note()).as(spec.name()).isNotEmpty();
            }
        }
    }
}
