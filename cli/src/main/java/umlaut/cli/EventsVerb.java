package umlaut.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.daemon.DaemonException;
import umlaut.daemon.Events;
import umlaut.daemon.Places;
import umlaut.oci.Failure;

/** {@code umlaut events}: what happens to guests, as it happens. */
final class EventsVerb {
    static final Verb VERB = new Verb(
            "events",
            "",
            "Show what happens to guests, until ctrl-C.",
            "",
            List.of(
                    Flag.of("--since", Kind.VALUE, "AGE", "What happened before, too: 10m, 2h."),
                    Flag.of("--no-follow", Kind.SWITCH, "", "Only what has happened."),
                    Flag.of("--format", Kind.VALUE, "FORMAT", "json, or text with {{.name}} and the like in it.")),
            Verb.Complete.NOTHING,
            EventsVerb::run);

    private static final long LOOK_MS = 50;
    private static final Pattern PAIR = Pattern.compile("\"(\\w+)\":\"((?:[^\"\\\\]|\\\\.)*)\"");

    private EventsVerb() {}

    /** Of 90, 90s, 10m, 2h, 1d. */
    static long seconds(String text) {
        if (!text.matches("[0-9]{1,9}[smhd]?")) {
            throw new UsageException("--since: '" + text + "' is no time: write 10m or 2h");
        }
        char unit = text.charAt(text.length() - 1);
        long number = Long.parseLong(Character.isDigit(unit) ? text : text.substring(0, text.length() - 1));
        return number
                * switch (unit) {
                    case 'm' -> 60;
                    case 'h' -> 3600;
                    case 'd' -> 86400;
                    default -> 1;
                };
    }

    private static int run(Flags flags) {
        VERB.arguments(flags, 0, 0);
        Path file = new Events(Places.ofUser(System.getenv())).file();
        String since = flags.value("--since");
        boolean follow = !flags.isSet("--no-follow");
        Instant from =
                since != null ? Instant.now().minusSeconds(seconds(since)) : follow ? Instant.now() : Instant.EPOCH;
        String format = flags.value("--format");
        Template template = format == null ? null : Template.of(format);
        try {
            show(file.resolveSibling(file.getFileName() + ".1"), 0, from, template);
            long at = show(file, 0, from, template);
            while (follow) {
                Thread.sleep(LOOK_MS);
                at = show(file, at, from, template);
            }
            return 0;
        } catch (IOException e) {
            throw new DaemonException("cannot read '" + file + "': " + Failure.reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** Shows whole lines from a place on. @return where to go on */
    private static long show(Path file, long start, Instant from, @org.jspecify.annotations.Nullable Template template)
            throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long at = start > in.size() ? 0 : start; // it was full, and is a new one
            ByteBuffer all = ByteBuffer.allocate((int) (in.size() - at));
            while (all.hasRemaining() && in.read(all, at + all.position()) > 0) {
                // to its end
            }
            String text = new String(all.array(), 0, all.position(), StandardCharsets.UTF_8);
            int whole = text.lastIndexOf('\n') + 1;
            for (String line : text.substring(0, whole).split("\n")) {
                show(line, from, template);
            }
            return at + text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static void show(String line, Instant from, @org.jspecify.annotations.Nullable Template template) {
        java.util.Map<String, String> event = new java.util.LinkedHashMap<>();
        Matcher m = PAIR.matcher(line);
        while (m.find()) {
            event.put(m.group(1), m.group(2));
        }
        String time = event.get("time");
        if (time == null || Instant.parse(time).isBefore(from)) {
            return;
        }
        if (template != null) {
            Main.print(template.apply(event) + "\n");
            return;
        }
        StringBuilder out = new StringBuilder(time + " guest " + event.get("action") + " " + event.get("id") + " (");
        event.remove("time");
        event.remove("action");
        event.remove("id");
        boolean first = true;
        for (var e : event.entrySet()) {
            out.append(first ? "" : ", ").append(e.getKey()).append('=').append(e.getValue());
            first = false;
        }
        Main.print(out.append(")\n").toString());
    }
}
