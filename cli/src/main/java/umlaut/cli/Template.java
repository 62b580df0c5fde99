package umlaut.cli;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import umlaut.daemon.JsonText;

/** The flag --format: {@code json}, or text with {@code {{.Name}}} in it, as far as docker's templates are that; {@code {{json .Name}}}, too. */
final class Template {
    private static final Pattern FIELD =
            Pattern.compile("\\{\\{\\s*(json\\s+)?\\.((?:[A-Za-z]\\w*(?:\\.\\w+)*)?)\\s*}}");

    private final String text;

    private Template(String text) {
        this.text = text;
    }

    /** @throws UsageException for more of docker's language than this understands */
    static Template of(String text) {
        String plain = text.startsWith("table ") ? text.substring(6) : text;
        String escaped = plain.replace("\\t", "\t").replace("\\n", "\n");
        if (!escaped.equals("json") && FIELD.matcher(escaped).replaceAll("").contains("{{")) {
            throw new UsageException("--format: only json, {{.Name}} and {{json .Name}} are known, not '" + text + "'");
        }
        return new Template(escaped);
    }

    /** A line without its end. */
    String apply(Map<String, ?> of) {
        if (text.equals("json")) {
            return JsonText.line(of);
        }
        Matcher m = FIELD.matcher(text);
        StringBuilder out = new StringBuilder();
        while (m.find()) {
            Object value =
                    m.group(2).isEmpty() ? of : find(of, List.of(m.group(2).split("\\.")));
            boolean json = m.group(1) != null || value instanceof Map || value instanceof List;
            m.appendReplacement(
                    out,
                    Matcher.quoteReplacement(json && value != null ? JsonText.line(value) : String.valueOf(value)));
        }
        return m.appendTail(out).toString();
    }

    private @Nullable Object find(Map<String, ?> of, List<String> path) {
        Object at = of;
        for (String part : path) {
            if (!(at instanceof Map<?, ?> map) || !map.containsKey(part)) {
                throw new UsageException("--format: there is no '" + String.join(".", path) + "'");
            }
            at = map.get(part);
        }
        return at;
    }
}
