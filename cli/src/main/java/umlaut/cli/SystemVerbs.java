package umlaut.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.cli.Verb.Complete;
import umlaut.daemon.DaemonException;
import umlaut.daemon.Guest;
import umlaut.daemon.Guests;
import umlaut.oci.Failure;
import umlaut.oci.ImageStore;

/** {@code umlaut system}: what all guests and images take of the host, and giving it back. */
final class SystemVerbs {
    private SystemVerbs() {}

    static List<Verb> all() {
        return List.of(
                new Verb(
                        "system df",
                        "",
                        "Show what images and guests take of the host's disk.",
                        "",
                        List.of(Flag.of(
                                "--format", Kind.VALUE, "FORMAT", "json, or text with {{.Type}} and the like.")),
                        Complete.NOTHING,
                        SystemVerbs::df),
                new Verb(
                        "system prune",
                        "",
                        "Remove all guests that do not run, and what broke off half made.",
                        "",
                        List.of(Flag.of("-f --force", Kind.SWITCH, "", "Do not ask.")),
                        Complete.NOTHING,
                        SystemVerbs::prune));
    }

    // --- df ---

    private static long bytes(Path top) {
        if (!Files.exists(top)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(top)) {
            long sum = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sum += (long) Files.getAttribute(file, "size");
            }
            return sum;
        } catch (IOException e) {
            throw new DaemonException("cannot read '" + top + "': " + Failure.reason(e));
        }
    }

    private static int df(Flags flags) {
        ImageStore store = ImageStore.ofUser(System.getenv());
        List<ImageStore.Image> images = store.list();
        List<Guest> guests = Targets.guests().list();
        long imageBytes =
                images.stream().mapToLong(ImageStore.Image::bytesOnHost).sum();
        List<String> used = guests.stream().map(g -> g.record().image()).toList();
        List<String> disks = new ArrayList<>(store.guests().list());
        long diskBytes = disks.stream().mapToLong(store.guests()::bytesOnHost).sum();
        long stoppedDisks = guests.stream()
                .filter(g -> !g.state().isLive())
                .map(g -> g.record().disk())
                .filter(d -> d != null && disks.contains(d))
                .mapToLong(store.guests()::bytesOnHost)
                .sum();
        long logs = guests.stream().mapToLong(g -> bytes(g.directory())).sum();
        long stoppedLogs = guests.stream()
                .filter(g -> !g.state().isLive())
                .mapToLong(g -> bytes(g.directory()))
                .sum();
        long live = guests.stream().filter(g -> g.state().isLive()).count();
        long unused = images.stream()
                .filter(i -> !used.contains(i.name())
                        && store.guests().list().stream()
                                .noneMatch(d -> store.guests().imageOf(d).equals(i.name())))
                .mapToLong(ImageStore.Image::bytesOnHost)
                .sum();
        List<Map<String, String>> rows = List.of(
                row("Images", images.size(), used.stream().distinct().count(), imageBytes, unused),
                row("Guests", guests.size(), live, logs, stoppedLogs),
                row("Disks of guests", disks.size(), live, diskBytes, stoppedDisks));
        String format = flags.value("--format");
        StringBuilder out = new StringBuilder();
        if (format != null) {
            Template template = Template.of(format);
            rows.forEach(row -> out.append(template.apply(row)).append('\n'));
        } else {
            Table table = new Table("TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE");
            rows.forEach(row -> table.row(row.values().toArray()));
            out.append(table);
        }
        return Main.print(out.toString());
    }

    private static Map<String, String> row(String type, long total, long active, long size, long reclaimable) {
        Map<String, String> row = new java.util.LinkedHashMap<>();
        row.put("Type", type);
        row.put("TotalCount", Long.toString(total));
        row.put("Active", Long.toString(Math.min(total, active)));
        row.put("Size", Size.shown(size));
        row.put("Reclaimable", Size.shown(reclaimable));
        return row;
    }

    // --- prune ---

    private static int prune(Flags flags) {
        Guests guests = Targets.guests();
        List<Guest> stopped =
                guests.list().stream().filter(g -> !g.state().isLive()).toList();
        if (!flags.isSet("--force") && !stopped.isEmpty() && !agreed(stopped)) {
            return 1;
        }
        for (Guest guest : stopped) {
            LifeVerbs.remove(guests, guest.id(), false);
            Main.print(guest.shortId() + " " + guest.name() + "\n");
        }
        int broken = guests.prune();
        return broken == 0 ? 0 : Main.print(broken + " half made\n");
    }

    private static boolean agreed(List<Guest> stopped) {
        System.err.print("This removes " + stopped.size() + " guests that do not run, with their disks: "
                + String.join(", ", stopped.stream().map(Guest::name).toList()) + ". Go on? [y/N] ");
        System.err.flush();
        try {
            int key = System.in.read();
            return key == 'y' || key == 'Y';
        } catch (IOException e) {
            return false; // nobody to ask
        }
    }
}
