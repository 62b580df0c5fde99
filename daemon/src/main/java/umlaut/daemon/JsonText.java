package umlaut.daemon;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON (RFC 8259) of maps, collections, texts, numbers and truth values. */
public final class JsonText {
    private static final String INDENT = "    ";

    private JsonText() {}

    /** On one line. */
    public static String line(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out, null);
        return out.toString();
    }

    /** For people, too: as docker inspect shows it. */
    public static String pretty(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out, "\n");
        return out.append('\n').toString();
    }

    /** @param lineEnd a line end and the indentation here; null: all on one line */
    private static void write(@Nullable Object value, StringBuilder out, @Nullable String lineEnd) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map ->
                list(map.entrySet(), '{', '}', out, lineEnd, (entry, inner) -> {
                    Map.Entry<?, ?> e = (Map.Entry<?, ?>) entry;
                    text(String.valueOf(e.getKey()), out);
                    out.append(inner == null ? ":" : ": ");
                    write(e.getValue(), out, inner);
                });
            case Collection<?> all -> list(all, '[', ']', out, lineEnd, (item, inner) -> write(item, out, inner));
            case Number n -> out.append(n);
            case Boolean b -> out.append(b);
            default -> text(value.toString(), out);
        }
    }

    private interface Item {
        void write(Object item, @Nullable String lineEnd);
    }

    private static void list(
            Collection<?> items, char open, char close, StringBuilder out, @Nullable String lineEnd, Item each) {
        out.append(open);
        String inner = lineEnd == null ? null : lineEnd + INDENT;
        boolean first = true;
        for (Object item : items) {
            if (!first) {
                out.append(',');
            }
            first = false;
            if (inner != null) {
                out.append(inner);
            }
            each.write(item, inner);
        }
        if (!first && lineEnd != null) {
            out.append(lineEnd);
        }
        out.append(close);
    }

    private static void text(String value, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
