package umlaut.abi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Offsets and sizes of all structs, held against the C compiler; {@code layouts.tsv} says which C struct is meant. */
class StructLayoutTest {
    @Test
    void offsetsAndSizesAreThoseOfC(@TempDir Path directory) throws Exception {
        CHeaders headers = new CHeaders(directory);
        for (String[] line : Constants.lines("layouts.tsv")) {
            headers.file(line[0], line[2], claims(line[0], line[1], line[3].split(" ")));
        }
        headers.check();
    }

    private static List<String> claims(String className, String type, String[] fields)
            throws ReflectiveOperationException, IOException {
        Map<String, Constants.Value> constants = Constants.of(className);
        List<String> claims = new ArrayList<>();
        for (String field : fields) {
            String name = field.substring(0, field.indexOf('='));
            Constants.Value constant = constants.get(name);
            if (constant == null) {
                throw new IOException("no constant " + className + "." + name);
            }
            String path = field.substring(name.length() + 1);
            claims.add(CHeaders.offset(className + "." + name, type, path, (int) constant.value()));
        }
        // Dirent64's SIZE is that of its head: where the name starts.
        if (constants.containsKey("SIZE") && !className.equals("Dirent64")) {
            claims.add(CHeaders.size(
                    className + ".SIZE", type, (int) constants.get("SIZE").value()));
        }
        return claims;
    }
}
