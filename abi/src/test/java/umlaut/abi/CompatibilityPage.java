package umlaut.abi;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import umlaut.abi.SyscallSpec.Level;

/**
 * Writes {@code docs/compatibility.md} from {@code syscalls.tsv}. {@link CompatibilityPageTest} fails where the two differ.
 */
final class CompatibilityPage {
    private CompatibilityPage() {}

    static String text(SyscallTable table) {
        Map<Level, Integer> counts = new EnumMap<>(Level.class);
        Map<String, List<SyscallSpec>> families = new TreeMap<>();
        for (SyscallSpec spec : table.all()) {
            counts.merge(spec.level(), 1, Integer::sum);
            families.computeIfAbsent(spec.family(), family -> new ArrayList<>()).add(spec);
        }
        StringBuilder page = new StringBuilder("""
                # System calls

                What Umlaut does of the system calls of x86-64 Linux 6.18. This page is made from
                `abi/src/main/resources/umlaut/abi/syscalls.tsv`; a test fails when it is out of date.

                - **full**: as in Linux.
                - **partial**: the note says what is missing.
                - **refused**: always fails, in a way that programs are prepared for; the note says how.
                - **none**: fails with ENOSYS, as on a kernel built without it.

                """);
        page.append("| full | partial | refused | none | all |\n|---|---|---|---|---|\n|");
        for (Level level : Level.values()) {
            page.append(' ').append(counts.getOrDefault(level, 0)).append(" |");
        }
        page.append(' ').append(table.all().size()).append(" |\n");
        families.forEach((family, specs) -> family(page, family, specs));
        return page.toString();
    }

    private static void family(StringBuilder page, String family, List<SyscallSpec> specs) {
        page.append("\n## ").append(family).append("\n\n| call | number | level | note |\n|---|---|---|---|\n");
        for (SyscallSpec spec : specs) {
            page.append("| ")
                    .append(spec.name())
                    .append(" | ")
                    .append(spec.number())
                    .append(" | ");
            page.append(spec.level().name().toLowerCase(Locale.ROOT)).append(" |");
            page.append(spec.note().isEmpty() ? "" : " " + spec.note()).append(" |\n");
        }
    }
}
