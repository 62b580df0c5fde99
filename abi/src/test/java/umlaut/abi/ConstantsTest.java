package umlaut.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Constants held against the C headers of the machine; {@code constants.tsv} says which headers define a class's. */
class ConstantsTest {
    @Test
    void constantsAreThoseOfC(@TempDir Path directory) throws Exception {
        CHeaders headers = new CHeaders(directory);
        for (String[] line : Constants.lines("constants.tsv")) {
            List<String> skip = line.length > 2 ? List.of(line[2].split(" ")) : List.of();
            Map<String, Constants.Value> constants = Constants.of(line[0]);
            assertThat(constants.keySet()).containsAll(skip);
            List<String> claims = new ArrayList<>();
            constants.forEach((name, constant) -> {
                if (!skip.contains(name)) {
                    claims.add(CHeaders.macro(line[0] + "." + name, name, constant.value(), constant.is64()));
                }
            });
            headers.file(line[0], line[1], claims);
        }
        headers.check();
    }

    @Test
    void errorsAreThoseOfC(@TempDir Path directory) throws Exception {
        CHeaders headers = new CHeaders(directory);
        List<String> claims = new ArrayList<>();
        for (Errno errno : Errno.values()) {
            claims.add(CHeaders.macro(errno.name(), errno.name(), errno.number(), false));
        }
        headers.file("errno", "errno.h", claims);
        headers.check();
    }

    @Test
    void systemCallNumbersAreThoseOfC(@TempDir Path directory) throws Exception {
        CHeaders headers = new CHeaders(directory);
        List<String> claims = new ArrayList<>();
        Constants.of("Nr").forEach((name, constant) -> {
            String macro = "__NR_" + name.toLowerCase(Locale.ROOT);
            claims.add(CHeaders.macro(name, macro, constant.value(), false));
        });
        headers.file("nr", "asm/unistd_64.h", claims);
        headers.check();
    }
}
