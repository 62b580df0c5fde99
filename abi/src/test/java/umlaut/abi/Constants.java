package umlaut.abi;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The numeric constants of a class of this package, and the resources that tests read. */
final class Constants {
    private Constants() {}

    record Value(long value, boolean is64) {}

    static Map<String, Value> of(String className) throws ReflectiveOperationException {
        Map<String, Value> constants = new LinkedHashMap<>();
        for (Field field : Class.forName("umlaut.abi." + className).getDeclaredFields()) {
            boolean number = field.getType() == int.class || field.getType() == long.class;
            if (number && Modifier.isStatic(field.getModifiers()) && Modifier.isPublic(field.getModifiers())) {
                constants.put(field.getName(), new Value(field.getLong(null), field.getType() == long.class));
            }
        }
        return constants;
    }

    /** The lines of a resource that are no comments, split at tabs. */
    static List<String[]> lines(String resource) throws IOException {
        try (InputStream in = Constants.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no resource " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .toList();
        }
    }
}
