package umlaut.abi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Names of flags and values, as strace(1) prints them, read from {@code flags.tsv}, whose head explains its form.
 *
 * <p>Only tracing needs this class. A set becomes objects when it is first asked for. Safe for use by many threads.
 */
public final class FlagSets {
    /** Bits with names: member i holds where {@code (value & masks[i]) == values[i]}. */
    private static final class Members {
        final String[] names;
        final long[] values;
        final long[] masks;

        Members(int count) {
            names = new String[count];
            values = new long[count];
            masks = new long[count];
        }
    }

    private final Map<String, String> lines = new HashMap<>();
    private final Map<String, Members> sets = new ConcurrentHashMap<>();

    private FlagSets(String text) {
        int from = 0;
        for (int end; (end = text.indexOf('\n', from)) >= 0; from = end + 1) {
            if (text.charAt(from) != '#') {
                int tab = text.indexOf('\t', from);
                lines.put(text.substring(from, tab), text.substring(text.indexOf('\t', tab + 1) + 1, end));
            }
        }
    }

    /** Reads the names. */
    public static FlagSets load() {
        try (InputStream in = FlagSets.class.getResourceAsStream("flags.tsv")) {
            if (in == null) {
                throw new IllegalStateException("flags.tsv is missing from the abi module");
            }
            return new FlagSets(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of all sets. */
    public Set<String> names() {
        return lines.keySet();
    }

    /**
     * The names of the bits of a value, as in {@code O_RDWR|O_CREAT}; bits without a name follow in hexadecimal, and zero is
     * {@code 0} unless it has a name.
     */
    public String flags(String set, long value) {
        Members members = members(set);
        StringBuilder text = new StringBuilder();
        long left = value;
        boolean zeroNamed = false;
        for (int i = 0; i < members.names.length; i++) {
            long bits = members.values[i];
            long mask = members.masks[i];
            if ((left & mask) == bits && (bits != 0 || (value & mask) == 0)) {
                text.append(text.isEmpty() ? "" : "|").append(members.names[i]);
                zeroNamed |= bits == 0;
                left &= ~mask;
            }
        }
        if (left != 0) {
            text.append(text.isEmpty() ? "" : "|").append("0x").append(Long.toHexString(left));
        }
        return text.isEmpty() && !zeroNamed ? "0" : text.toString();
    }

    /** The name of a value, as in {@code SEEK_SET}; a value without one in hexadecimal, with a mark. */
    public String value(String set, long value) {
        String name = valueOrNull(set, value);
        return name != null ? name : "0x" + Long.toHexString(value) + " /* ??? */";
    }

    /** The name of a value, or null if it has none. */
    public @Nullable String valueOrNull(String set, long value) {
        Members members = members(set);
        for (int i = 0; i < members.names.length; i++) {
            if (members.values[i] == value) {
                return members.names[i];
            }
        }
        return null;
    }

    private Members members(String set) {
        Members members = sets.get(set);
        if (members == null) {
            String line = lines.get(set);
            if (line == null) {
                throw new IllegalArgumentException("no set of flags " + set);
            }
            members = parse(line.split(" "));
            sets.put(set, members);
        }
        return members;
    }

    private static Members parse(String[] words) {
        Members members = new Members(words.length);
        for (int i = 0; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            int slash = words[i].indexOf('/', equals);
            members.names[i] = words[i].substring(0, equals);
            members.values[i] = Long.decode(words[i].substring(equals + 1, slash < 0 ? words[i].length() : slash));
            members.masks[i] = slash < 0 ? members.values[i] : Long.decode(words[i].substring(slash + 1));
        }
        return members;
    }
}
