package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import umlaut.abi.SyscallSpec;
import umlaut.abi.SyscallSpec.Level;
import umlaut.abi.SyscallTable;

/**
 * The support levels in {@code syscalls.tsv} agree with the switches of the system-call families: a call with an arm is not
 * {@code none}, a call without one is not {@code full} or {@code partial}. An arm that only answers ENOSYS is no arm; one that
 * only answers another error is {@code refused}.
 *
 * <p>{@code ./test -pl conformance -am -Dumlaut.update=true -Dtest=SyscallLevelsTest} marks new calls full or
 * refused and vanished ones none; levels and notes are then for a human to put right.
 */
class SyscallLevelsTest {
    private static final Path TABLE = Umlaut.ROOT.resolve("abi/src/main/resources/umlaut/abi/syscalls.tsv");
    private static final Pattern ARM = Pattern.compile("case\\s+((?:Nr\\.\\w+\\s*,?\\s*)+)->\\s*(\\S+)");

    /** Calls with an arm, and what it begins with. */
    private static Map<String, String> handled() throws IOException {
        Map<String, String> handled = new TreeMap<>();
        for (String module : List.of("kernel", "fs", "net", "machine")) {
            try (Stream<Path> files = Files.walk(Umlaut.ROOT.resolve(module).resolve("src/main/java"))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    String text = Files.readString(file);
                    if (text.contains("implements SyscallFamily")) {
                        arms(text, handled);
                    }
                }
            }
        }
        return handled;
    }

    private static void arms(String text, Map<String, String> handled) {
        Matcher arm = ARM.matcher(text);
        while (arm.find()) {
            if (!arm.group(2).startsWith("Errno.ENOSYS")) {
                for (String name : arm.group(1).split("[\\s,]+")) {
                    handled.put(name.substring(3).toLowerCase(Locale.ROOT), arm.group(2));
                }
            }
        }
    }

    /** The level that a call's arm, or its absence, asks for; null if the table's level will do. */
    private static @Nullable Level shouldBe(SyscallSpec spec, Map<String, String> handled) {
        String arm = handled.get(spec.name());
        boolean works = spec.level() == Level.FULL || spec.level() == Level.PARTIAL;
        if (arm == null) {
            return works ? Level.NONE : null;
        }
        boolean refuses = arm.matches("Errno\\.\\w+\\.negative\\(\\);");
        if (refuses) {
            return spec.level() == Level.REFUSED ? null : Level.REFUSED;
        }
        return spec.level() == Level.NONE ? Level.FULL : null;
    }

    @Test
    void levelsAgreeWithTheSwitches() throws IOException {
        Map<String, String> handled = handled();
        if (Boolean.getBoolean("umlaut.update")) {
            update(handled);
            return;
        }
        List<String> wrong = new ArrayList<>();
        for (SyscallSpec spec : SyscallTable.load().all()) {
            Level level = shouldBe(spec, handled);
            if (level != null) {
                wrong.add(spec.name() + " is marked " + spec.level() + " where its family's switch says " + level);
            }
        }
        assertThat(wrong).as("levels in " + TABLE).isEmpty();
    }

    private static void update(Map<String, String> handled) throws IOException {
        SyscallTable table = SyscallTable.load();
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(TABLE)) {
            String[] columns = line.split("\t", -1);
            SyscallSpec spec = line.startsWith("#") ? null : table.spec(Integer.parseInt(columns[0]));
            Level level = spec == null ? null : shouldBe(spec, handled);
            if (level == null) {
                lines.add(line);
                continue;
            }
            String row = String.join("\t", Arrays.copyOf(columns, 5)) + "\t"
                    + level.name().toLowerCase(Locale.ROOT);
            String arm = handled.getOrDefault(columns[1], "");
            lines.add(level == Level.REFUSED ? row + "\t" + arm.split("\\.")[1] + "." : row);
        }
        Files.write(TABLE, lines);
    }
}
