package umlaut.daemon;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Named texts as lines {@code name=value}: what files of the state directory and requests consist of. A name may stand more than once. Backslashes and line ends in values are written \\ and \n, so that any
 * text survives; lines that are none of this are passed over. Used by one thread.
 */
public final class Fields {
    private final Map<String, List<String>> values = new LinkedHashMap<>();

    public static Fields parse(String text) {
        Fields fields = new Fields();
        for (String line : text.split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                fields.add(line.substring(0, equals), unescaped(line.substring(equals + 1)));
            }
        }
        return fields;
    }

    public Fields add(String name, String value) {
        values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
        return this;
    }

    public Fields addAll(String name, List<String> all) {
        all.forEach(value -> add(name, value));
        return this;
    }

    /** In place of what there is; null: nothing. */
    public Fields set(String name, @Nullable String value) {
        values.remove(name);
        return value == null ? this : add(name, value);
    }

    public Fields set(String name, long value) {
        return set(name, Long.toString(value));
    }

    public Fields set(String name, boolean value) {
        return set(name, value ? "true" : null);
    }

    public List<String> list(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The last one, or null. */
    public @Nullable String value(String name) {
        List<String> all = values.get(name);
        return all == null ? null : all.getLast();
    }

    public String text(String name) {
        String value = value(name);
        return value == null ? "" : value;
    }

    public boolean isSet(String name) {
        return "true".equals(value(name));
    }

    /** 0 for what is no number. */
    public long number(String name) {
        try {
            return Long.parseLong(text(name));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    public double fraction(String name) {
        try {
            return Double.parseDouble(text(name));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                c = text.charAt(++i);
                c = c == 'n' ? '\n' : c;
            }
            out.append(c);
        }
        return out.toString();
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        values.forEach((name, all) -> all.forEach(value -> out.append(name)
                .append('=')
                .append(value.replace("\\", "\\\\").replace("\n", "\\n"))
                .append('\n')));
        return out.toString();
    }
}
