package umlaut.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Text as the guest has it: bytes, each a character of the strings that the kernel deals with. What the command line says goes there byte for byte; the JVM has decoded it by the
 * locale, and lost what that does not know.
 */
final class GuestText {
    /** What the JVM puts in the place of bytes that it can't decode. */
    private static final char LOST = '\uFFFD';

    private GuestText() {}

    /** The command line as UTF-8 where the JVM could not decode it by the locale. */
    static List<String> decoded(List<String> args) {
        if (args.stream().noneMatch(a -> a.indexOf(LOST) >= 0)) {
            return args;
        }
        List<String> exact = nulSeparated("/proc/self/cmdline");
        List<String> own = exact.subList(exact.size() - args.size(), exact.size());
        return own.stream()
                .map(a -> new String(a.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .toList();
    }

    /** UTF-8. */
    static String of(String text) {
        return isPlain(text) ? text : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    static Map<String, String> of(Map<String, String> texts) {
        Map<String, String> result = new LinkedHashMap<>();
        texts.forEach((name, value) -> result.put(of(name), of(value)));
        return result;
    }

    /** @param last how many of the last words are also the last ones of the command line */
    static List<String> words(List<String> words, int last) {
        if (words.stream().allMatch(GuestText::isPlain)) {
            return words;
        }
        List<String> result = new ArrayList<>(words);
        List<String> exact = nulSeparated("/proc/self/cmdline");
        for (int i = 1; i <= words.size(); i++) {
            int at = words.size() - i;
            boolean given = i <= last && i <= exact.size();
            String raw = given ? exact.get(exact.size() - i) : "";
            result.set(at, given && isPlain(raw) == isPlain(words.get(at)) ? raw : of(words.get(at)));
        }
        return result;
    }

    /** A variable of our own environment, its bytes as characters. @param decoded what the JVM has made of it */
    static String variable(String name, String decoded) {
        if (isPlain(decoded)) {
            return decoded;
        }
        String start = name + "=";
        for (String variable : nulSeparated("/proc/self/environ")) {
            if (variable.startsWith(start)) {
                return variable.substring(start.length());
            }
        }
        return of(decoded);
    }

    private static boolean isPlain(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static List<String> nulSeparated(String file) {
        try {
            String all = new String(Files.readAllBytes(Path.of(file)), StandardCharsets.ISO_8859_1);
            return List.of((all.endsWith("\0") ? all.substring(0, all.length() - 1) : all).split("\0", -1));
        } catch (IOException e) {
            return List.of();
        }
    }
}
