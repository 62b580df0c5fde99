package umlaut.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Holds numbers against the machine's own C headers: claims are static assertions in C files that are only checked, never
 * linked or run. Each file has its own headers, since Linux's and the C library's cannot all be mixed.
 */
final class CHeaders {
    private final Path directory;
    private final List<String> files = new ArrayList<>();

    /** Skips the running test where there is no C compiler. */
    CHeaders(Path directory) {
        assumeTrue(hasCompiler(), "gcc is not installed: numbers are not held against C headers");
        this.directory = directory;
    }

    private static boolean hasCompiler() {
        for (String entry : System.getenv().getOrDefault("PATH", "").split(":")) {
            if (Files.isExecutable(Path.of(entry, "gcc"))) {
                return true;
            }
        }
        return false;
    }

    /** A file that includes headers (those that exist) and makes claims. */
    void file(String name, String headers, List<String> claims) throws IOException {
        StringBuilder c = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n");
        for (String header : headers.split(" ")) {
            c.append("#if __has_include(<%s>)\n#include <%s>\n#endif\n".formatted(header, header));
        }
        claims.forEach(claim -> c.append(claim).append('\n'));
        Files.writeString(directory.resolve(name + ".c"), c);
        files.add(name + ".c");
    }

    /** The offset of a field of a struct. */
    static String offset(String what, String type, String field, int offset) {
        return "_Static_assert(offsetof(%s, %s) == %d, \"%s\");".formatted(type, field, offset, what);
    }

    static String size(String what, String type, int size) {
        return "_Static_assert(sizeof(%s) == %d, \"%s\");".formatted(type, size, what);
    }

    /** The value of a macro, if there is one of that name; compared in as many bits as the Java constant has. */
    static String macro(String what, String name, long value, boolean is64) {
        String type = is64 ? "unsigned long" : "unsigned";
        return "#ifdef %s\n_Static_assert((%s)(%s) == (%s)%dL, \"%s\");\n#endif"
                .formatted(name, type, name, type, value == Long.MIN_VALUE ? value + 1 : value, what);
    }

    /** Checks all claims of all files. */
    void check() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("gcc", "-w", "-fsyntax-only"));
        command.addAll(files);
        Path log = directory.resolve("gcc.log");
        Process gcc = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(gcc.waitFor(2, TimeUnit.MINUTES)).as("gcc ended").isTrue();
        assertThat(Files.readString(log, StandardCharsets.UTF_8)).isEmpty();
    }
}
