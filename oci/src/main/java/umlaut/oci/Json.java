package umlaut.oci;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.block.ImageException;

/** A JSON value that somebody else has written: each access says what it expects, and what is not there is empty. */
final class Json {
    private static final int MOST_DEPTH = 64;

    private final @Nullable Object value;

    private Json(@Nullable Object value) {
        this.value = value;
    }

    /** @param what for the message if it is no JSON */
    static Json parse(byte[] text, String what) {
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            parser.nextToken();
            return new Json(read(parser, 0));
        } catch (IOException e) {
            throw new ImageException(what + " is no JSON");
        }
    }

    private static @Nullable Object read(JsonParser parser, int depth) throws IOException {
        if (depth > MOST_DEPTH) {
            throw new IOException("too deep");
        }
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new IOException("empty");
        }
        switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    map.put(name, read(parser, depth + 1));
                }
                return map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(read(parser, depth + 1));
                }
                return list;
            }
            case VALUE_NULL -> {
                return null;
            }
            default -> {
                return parser.getText();
            }
        }
    }

    Json get(String name) {
        return new Json(value instanceof Map<?, ?> map ? map.get(name) : null);
    }

    List<Json> list() {
        List<Json> all = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(v -> all.add(new Json(v)));
        }
        return all;
    }

    List<String> strings() {
        return list().stream().map(Json::text).toList();
    }

    /** Strings and numbers; empty for others. */
    String text() {
        return value instanceof String s ? s : "";
    }

    boolean isList() {
        return value instanceof List;
    }
}
