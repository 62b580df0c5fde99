package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import umlaut.abi.SyscallSpec;
import umlaut.abi.SyscallSpec.Level;
import umlaut.abi.SyscallTable;

/**
 * The support levels in {@code syscalls.tsv} agree with the switches of the system-call families: a call with an arm is not
 * {@code none}, a call without one is not {@code full} or {@code partial}. An arm that only answers ENOSYS is no arm.
 *
 * <p>{@code ./test -pl conformance -am -Dumlaut.update=true -Dtest=SyscallLevelsTest} marks new calls full and vanished ones
 * none; levels and notes are then for a human to put right.
 */
class SyscallLevelsTest {
    private static final Path TABLE =
            Umlaut.ROOT.resolve("abi/src/main/resources/umlaut/abi/syscalls.tsv");
    private static final Pattern ARM = Pattern.compile("case\\s+((?:Nr\\.\\w+\\s*,?\\s*)+)->\\s*(\\S+)");

    private static Set<String> handled() throws IOException {
        Set<String> handled = new TreeSet<>();
        for (String module : List.of("kernel", "fs", "net", "machine")) {
            try (Stream<Path> files = Files.walk(Umlaut.ROOT.resolve(module).resolve("src/main/java"))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    String text = Files.readString(file);
                    if (text.contains("implements SyscallFamily")) {
                        arms(text, handled);
                    }
                }
            }
        }
        return handled;
    }

    private static void arms(String text, Set<String> handled) {
        Matcher arm = ARM.matcher(text);
        while (arm.find()) {
            if (!arm.group(2).startsWith("Errno.ENOSYS")) {
                for (String name : arm.group(1).split("[\\s,]+")) {
                    handled.add(name.substring(3).toLowerCase(Locale.ROOT));
                }
            }
        }
    }

    private static boolean claimsMore(SyscallSpec spec, Set<String> handled) {
        boolean claims = spec.level() == Level.FULL || spec.level() == Level.PARTIAL;
        return claims && !handled.contains(spec.name());
    }

    private static boolean claimsLess(SyscallSpec spec, Set<String> handled) {
        return spec.level() == Level.NONE && handled.contains(spec.name());
    }

    @Test
    void levelsAgreeWithTheSwitches() throws IOException {
        Set<String> handled = handled();
        if (Boolean.getBoolean("umlaut.update")) {
            update(handled);
            return;
        }
        List<String> wrong = new ArrayList<>();
        for (SyscallSpec spec : SyscallTable.load().all()) {
            if (claimsMore(spec, handled)) {
                wrong.add(spec.name() + " is marked as working, but no family has it");
            } else if (claimsLess(spec, handled)) {
                wrong.add(spec.name() + " is marked none, but a family has it");
            }
        }
        assertThat(wrong).as("levels in " + TABLE).isEmpty();
    }

    private static void update(Set<String> handled) throws IOException {
        SyscallTable table = SyscallTable.load();
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(TABLE)) {
            String[] columns = line.split("\t", -1);
            SyscallSpec spec = line.startsWith("#") ? null : table.spec(Integer.parseInt(columns[0]));
            if (spec != null && (claimsMore(spec, handled) || claimsLess(spec, handled))) {
                columns[5] = claimsMore(spec, handled) ? "none" : "full";
                lines.add(String.join("\t", columns));
            } else {
                lines.add(line);
            }
        }
        Files.write(TABLE, lines);
    }
}
