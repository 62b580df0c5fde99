package umlaut.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads flags the way docker(1) does: they end at the first word that is none (or at {@code --}), so that what follows is the
 * guest's whatever it looks like; short switches may be bundled ({@code -it}); a value stands behind {@code =} or in the next word,
 * switches take {@code =true} and {@code =false}. A table drives it: no annotations to reflect on at start.
 */
final class Flags {
    /** What may follow a flag. */
    enum Kind {
        /** Nothing, or =true or =false. */
        SWITCH,
        /** A value, behind = or in the next word; the last one given counts. */
        VALUE,
        /** A value, any number of times. */
        LIST,
        /** Nothing, or a value behind =. */
        OPTIONAL
    }

    /**
     * A flag.
     *
     * @param names all names with their dashes, the chief one last
     * @param label what help calls the value
     * @param text help for people, one line
     */
    record Flag(List<String> names, Kind kind, String label, String text) {
        static Flag of(String names, Kind kind, String label, String text) {
            return new Flag(List.of(names.split(" ")), kind, label, text);
        }

        String name() {
            return names.getLast();
        }
    }

    private final String command;
    private final Map<String, Flag> byName = new HashMap<>();
    private final Map<String, List<String>> values = new HashMap<>();
    private List<String> words = List.of();
    private List<String> rest = List.of();

    /** @param command what has them, for messages */
    Flags(String command, List<Flag> table) {
        this.command = command;
        for (Flag flag : table) {
            for (String name : flag.names()) {
                byName.put(name, flag);
            }
        }
    }

    /**
     * Reads flags from {@code args}, from the one at {@code start}.
     *
     * @throws UsageException for an unknown flag or a missing or bad value
     */
    void parse(List<String> args, int start) {
        int at = start;
        while (at < args.size()) {
            String word = args.get(at);
            if (word.equals("--") || word.equals("-") || !word.startsWith("-")) {
                break;
            }
            at = word.startsWith("--") ? longFlag(args, at) : shortFlags(args, at);
        }
        words = args.subList(start, at);
        rest = args.subList(at, args.size());
    }

    /** The flags with their values, as they were given. */
    List<String> words() {
        return words;
    }

    /** In place of what stood behind the flags. */
    void setRest(List<String> fresh) {
        rest = fresh;
    }

    /** The words behind the flags, with the {@code --} that ended them if there was one. */
    List<String> rest() {
        return rest;
    }

    boolean isSet(String name) {
        return Boolean.parseBoolean(value(name));
    }

    boolean given(String name) {
        return values.containsKey(name);
    }

    /** The last value given, or null. */
    @Nullable String value(String name) {
        List<String> all = values.get(name);
        return all == null ? null : all.getLast();
    }

    List<String> list(String name) {
        return values.getOrDefault(name, List.of());
    }

    private int longFlag(List<String> args, int at) {
        String word = args.get(at);
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        return take(find(name, word), equals < 0 ? null : word.substring(equals + 1), args, at);
    }

    private int shortFlags(List<String> args, int at) {
        String word = args.get(at);
        for (int i = 1; i < word.length(); i++) {
            Flag flag = find("-" + word.charAt(i), word);
            String tail = word.substring(i + 1);
            if (flag.kind() == Kind.SWITCH && !tail.startsWith("=")) {
                put(flag, "true");
                continue;
            }
            String value = tail.isEmpty() ? null : tail.startsWith("=") ? tail.substring(1) : tail;
            return take(flag, value, args, at);
        }
        return at + 1;
    }

    /** Stores {@code flag} with its value, which is the next word if it needs one and {@code value} is null. */
    private int take(Flag flag, @Nullable String value, List<String> args, int at) {
        switch (flag.kind()) {
            case SWITCH -> put(flag, value == null ? "true" : truth(flag, value));
            case OPTIONAL -> put(flag, value == null ? "" : value);
            case VALUE, LIST -> {
                if (value == null) {
                    if (at + 1 == args.size()) {
                        throw new UsageException("flag " + args.get(at) + " needs a value: " + flag.label());
                    }
                    put(flag, args.get(at + 1));
                    return at + 2;
                }
                put(flag, value);
            }
        }
        return at + 1;
    }

    private static String truth(Flag flag, String value) {
        return switch (value) {
            case "true", "1", "t", "T", "TRUE", "True" -> "true";
            case "false", "0", "f", "F", "FALSE", "False" -> "false";
            default -> throw new UsageException("flag " + flag.name() + " takes true or false, not '" + value + "'");
        };
    }

    private void put(Flag flag, String value) {
        values.computeIfAbsent(flag.name(), n -> new ArrayList<>()).add(value);
    }

    private Flag find(String name, String word) {
        Flag flag = byName.get(name);
        if (flag == null) {
            String in = name.equals(word) || word.startsWith(name + "=") ? "" : " in " + word;
            throw new UsageException("unknown flag " + name + in + ": see 'umlaut " + command + " --help'");
        }
        return flag;
    }
}
