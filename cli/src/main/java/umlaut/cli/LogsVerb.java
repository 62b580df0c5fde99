package umlaut.cli;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.daemon.DaemonException;
import umlaut.daemon.Guest;
import umlaut.daemon.LogFile;
import umlaut.oci.Failure;

/** {@code umlaut logs}: what a guest has written, each stream to its own. */
final class LogsVerb {
    static final Verb VERB = new Verb(
            "logs",
            "GUEST",
            "Show what a guest has written.",
            "",
            List.of(
                    Flag.of("-f --follow", Kind.SWITCH, "", "Go on until the guest ends."),
                    Flag.of("-n --tail", Kind.VALUE, "NUMBER", "Only the last lines; all is all."),
                    Flag.of("-t --timestamps", Kind.SWITCH, "", "Begin each line with when it was written."),
                    Flag.of("--since", Kind.VALUE, "TIME", "What was written since then: 10m, 2h, or a time.")),
            Verb.Complete.GUESTS,
            flags -> new LogsVerb(flags).run());

    private static final long LOOK_MS = 50;

    /** A line, with its end if it has one yet. */
    private record Line(long timeNs, int stream, byte[] text) {}

    private final Flags flags;
    private final boolean timestamps;
    private final long sinceNs;
    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    private final FileOutputStream err = new FileOutputStream(FileDescriptor.err);
    private final int[] lastEnd = {-1, '\n', '\n'};

    private LogsVerb(Flags flags) {
        this.flags = flags;
        timestamps = flags.isSet("--timestamps");
        String since = flags.value("--since");
        sinceNs = since == null ? 0 : since(since);
    }

    private static long since(String text) {
        try {
            Instant at = text.matches("[0-9]+[smhd]?")
                    ? Instant.now().minusSeconds(EventsVerb.seconds(text))
                    : Instant.parse(text.length() == 10 ? text + "T00:00:00Z" : text);
            return at.getEpochSecond() * 1_000_000_000;
        } catch (DateTimeException e) {
            throw new UsageException("--since: '" + text + "' is no time: write 10m, 2h or 2030-01-31T12:00:00Z");
        }
    }

    private int run() {
        if (flags.rest().size() != 1) {
            throw new UsageException("say which guest: 'umlaut logs GUEST'");
        }
        Guest guest = Targets.guests().get(flags.rest().getFirst());
        if (guest.record().foreground()) {
            throw new DaemonException("guest '" + guest.name() + "' writes to the terminal that it was started on");
        }
        try (LogFile.Reader reader = new LogFile.Reader(guest.log())) {
            first(reader);
            while (flags.isSet("--follow")) {
                boolean live = guest.state().isLive();
                reader.read(this::show);
                if (!live) {
                    return 0;
                }
                Thread.sleep(LOOK_MS);
            }
            return 0;
        } catch (IOException e) {
            throw new DaemonException("cannot read the log of guest '" + guest.name() + "': " + Failure.reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private void first(LogFile.Reader reader) throws IOException {
        String tail = flags.value("--tail");
        int most = tail == null || tail.equals("all") ? -1 : Size.count("--tail", tail);
        if (most < 0) {
            reader.read(this::show);
            return;
        }
        Deque<Line> lines = new ArrayDeque<>();
        reader.read(piece -> collect(piece, lines, most));
        for (Line line : lines) {
            show(new LogFile.Piece(line.timeNs(), line.stream(), line.text()));
        }
    }

    /** Puts the lines of a piece behind those there are, of which only the last are kept. */
    private static void collect(LogFile.Piece piece, Deque<Line> lines, int most) {
        int start = 0;
        while (start < piece.data().length) {
            int end = start;
            while (end < piece.data().length && piece.data()[end] != '\n') {
                end++;
            }
            end = Math.min(piece.data().length, end + 1);
            byte[] text = java.util.Arrays.copyOfRange(piece.data(), start, end);
            Line last = lines.peekLast();
            if (last != null && last.stream() == piece.stream() && last.text()[last.text().length - 1] != '\n') {
                lines.removeLast();
                ByteArrayOutputStream both = new ByteArrayOutputStream();
                both.writeBytes(last.text());
                both.writeBytes(text);
                text = both.toByteArray();
            }
            lines.addLast(new Line(piece.timeNs(), piece.stream(), text));
            while (lines.size() > most) {
                lines.removeFirst();
            }
            start = end;
        }
    }

    private void show(LogFile.Piece piece) {
        if (piece.timeNs() < sinceNs) {
            return;
        }
        FileOutputStream to = piece.stream() == 2 ? err : out;
        try {
            if (!timestamps) {
                to.write(piece.data());
                return;
            }
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            byte[] time = (Instant.ofEpochSecond(0, piece.timeNs()) + " ")
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            int stream = piece.stream() == 2 ? 2 : 1;
            for (byte b : piece.data()) {
                if (lastEnd[stream] == '\n') {
                    text.writeBytes(time);
                }
                text.write(b);
                lastEnd[stream] = b;
            }
            to.write(text.toByteArray());
        } catch (IOException e) {
            throw new DaemonException("cannot write to standard output");
        }
    }
}
