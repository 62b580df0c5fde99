package umlaut.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files of the repository that are made from {@code syscalls.tsv}. After a change of that table run
 * {@code ./test -pl abi -Dumlaut.update=true}, which writes them anew, and commit them.
 */
final class Derived {
    private Derived() {}

    /** Fails if a file, named from the repository's root, is not as it should be; in update mode writes it instead. */
    static void check(String file, String expected) throws IOException {
        Path path = Path.of(System.getProperty("umlaut.root", "..")).resolve(file);
        if (Boolean.getBoolean("umlaut.update")) {
            Files.writeString(path, expected);
            return;
        }
        assertThat(Files.readString(path))
                .as(file + " is out of date: run ./test -pl abi -Dumlaut.update=true")
                .isEqualTo(expected);
    }
}
