package umlaut.abi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import umlaut.abi.SyscallSpec.Arg;
import umlaut.abi.SyscallSpec.Level;

/**
 * The declarations of all system calls, read from {@code syscalls.tsv}, whose head explains its form.
 *
 * <p>Loading splits the file into lines; a line becomes a {@link SyscallSpec} when it is first asked for. Nothing at a
 * kernel's start needs this class: {@link Nr} and {@link CopyTable} are compiled. Tables are safe for use by many
 * threads.
 */
public final class SyscallTable {
    private final @Nullable String[] lines = new @Nullable String[Nr.COUNT];
    /** Filled as asked for; racing writers store equal values. */
    private final @Nullable SyscallSpec[] specs = new @Nullable SyscallSpec[Nr.COUNT];

    private SyscallTable(String text) {
        int from = 0;
        for (int end; (end = text.indexOf('\n', from)) >= 0; from = end + 1) {
            if (text.charAt(from) != '#') {
                String line = text.substring(from, end);
                lines[Integer.parseInt(line, 0, line.indexOf('\t'), 10)] = line;
            }
        }
    }

    /** Reads the table. */
    public static SyscallTable load() {
        try (InputStream in = SyscallTable.class.getResourceAsStream("syscalls.tsv")) {
            if (in == null) {
                throw new IllegalStateException("syscalls.tsv is missing from the abi module");
            }
            return new SyscallTable(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The call with a number, or null if Linux has none. */
    public @Nullable SyscallSpec spec(int number) {
        if (number < 0 || number >= lines.length) {
            return null;
        }
        SyscallSpec spec = specs[number];
        String line = lines[number];
        if (spec == null && line != null) {
            spec = parse(line);
            specs[number] = spec;
        }
        return spec;
    }

    /** All calls, by number. */
    public List<SyscallSpec> all() {
        List<SyscallSpec> all = new ArrayList<>();
        for (int number = 0; number < lines.length; number++) {
            SyscallSpec spec = spec(number);
            if (spec != null) {
                all.add(spec);
            }
        }
        return all;
    }

    /** The name of a number as strace prints it: {@code openat}, or {@code syscall_0x1d7} where there is no such call. */
    public String name(int number) {
        SyscallSpec spec = spec(number);
        return spec != null ? spec.name() : "syscall_0x" + Integer.toHexString(number);
    }

    private static SyscallSpec parse(String line) {
        String[] columns = line.split("\t", -1);
        if (columns.length < 6) {
            throw new IllegalStateException("syscalls.tsv: too few columns: " + line);
        }
        String[] words = columns[3].isEmpty() ? new String[0] : columns[3].split(" ");
        List<Arg> args = new ArrayList<>(words.length);
        for (String word : words) {
            args.add(arg(word.split(":"), words));
        }
        Level level = Level.valueOf(columns[5].toUpperCase(Locale.ROOT));
        String note = columns.length > 6 ? columns[6] : "";
        int number = Integer.parseInt(columns[0]);
        return new SyscallSpec(number, columns[1], columns[2], List.copyOf(args), columns[4], level, note);
    }

    private static Arg arg(String[] parts, String[] words) {
        ArgKind kind = ArgKind.of(parts[1]);
        return switch (kind) {
            case BUF_IN, BUF_OUT, IOV_IN, IOV_OUT, SOCKADDR_IN, SOCKADDR_OUT, SIGSET_IN, SIGSET_OUT, FDSET ->
                new Arg(parts[0], kind, "", index(parts[2], words));
            case ARRAY_IN, ARRAY_OUT, ARRAY_INOUT -> new Arg(parts[0], kind, parts[2], index(parts[3], words));
            case STRUCT_IN, STRUCT_OUT, STRUCT_INOUT, FLAGS, ENUM -> new Arg(parts[0], kind, parts[2], -1);
            default -> new Arg(parts[0], kind, "", -1);
        };
    }

    private static int index(String name, String[] words) {
        for (int i = 0; i < words.length; i++) {
            if (words[i].startsWith(name) && words[i].charAt(name.length()) == ':') {
                return i;
            }
        }
        throw new IllegalStateException("syscalls.tsv: no argument " + name);
    }
}
