package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every command that README.md shows in a block marked {@code sh} is run, and must end with status 0. */
@Tag("guest")
class ReadmeTest {
    @TestFactory
    Stream<DynamicTest> everyCommandWorks() throws IOException {
        List<String> commands = new ArrayList<>();
        boolean shell = false;
        for (String line : Files.readAllLines(Umlaut.ROOT.resolve("README.md"))) {
            if (line.startsWith("```")) {
                shell = line.equals("```sh");
            } else if (shell && !line.isBlank() && !line.startsWith("#")) {
                commands.add(line.replaceFirst("  +#.*", ""));
            }
        }
        assertThat(commands).isNotEmpty();
        return commands.stream()
                // What runs this test cannot be run by it.
                .filter(command -> !command.startsWith("./test"))
                .map(command -> DynamicTest.dynamicTest(command, () -> {
                    Umlaut.Result result = Umlaut.host("", 300, List.of("sh", "-c", command));
                    assertThat(result.status()).as(result.err()).isZero();
                }));
    }
}
