package umlaut.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.daemon.Guest;
import umlaut.daemon.GuestState;

/** {@code umlaut ps}, in docker ps's columns. */
final class PsVerb {
    static final Verb VERB = new Verb(
            "ps",
            "",
            "List guests.",
            "",
            List.of(
                    Flag.of("-a --all", Kind.SWITCH, "", "Those that do not run, too."),
                    Flag.of("-q --quiet", Kind.SWITCH, "", "Only their ids."),
                    Flag.of("--no-trunc", Kind.SWITCH, "", "Whole ids and commands."),
                    Flag.of("-n --last", Kind.VALUE, "NUMBER", "The last created ones, whatever their state."),
                    Flag.of("-f --filter", Kind.LIST, "NAME=VALUE", "Only those with this name, id, status, ancestor."),
                    Flag.of("--format", Kind.VALUE, "FORMAT", "json, or text with {{.Names}} and the like in it.")),
            Verb.Complete.NOTHING,
            PsVerb::run);

    private static final int COMMAND_WIDTH = 20;

    private PsVerb() {}

    private static int run(Flags flags) {
        VERB.arguments(flags, 0, 0);
        boolean whole = flags.isSet("--no-trunc");
        List<Guest> all = new ArrayList<>(Targets.guests().list().reversed());
        List<Map<String, String>> rows = new ArrayList<>();
        int last = flags.given("--last") ? Size.count("--last", String.valueOf(flags.value("--last"))) : -1;
        for (Guest guest : all) {
            GuestState state = guest.state();
            boolean asked = flags.isSet("--all")
                    || last >= 0
                    || flags.list("--filter").stream().anyMatch(f -> f.startsWith("status="));
            if ((state.isLive() || asked)
                    && matches(guest, state, flags.list("--filter"))
                    && (last < 0 || rows.size() < last)) {
                rows.add(row(guest, state, whole));
            }
        }
        String format = flags.value("--format");
        StringBuilder out = new StringBuilder();
        if (format != null) {
            Template template = Template.of(format);
            rows.forEach(row -> out.append(template.apply(row)).append('\n'));
        } else if (flags.isSet("--quiet")) {
            rows.forEach(row -> out.append(row.get("ID")).append('\n'));
        } else {
            out.append(table(rows));
        }
        return Main.print(out.toString());
    }

    private static boolean matches(Guest guest, GuestState state, List<String> filters) {
        for (String filter : filters) {
            int equals = filter.indexOf('=');
            String value = filter.substring(equals + 1);
            boolean ok = switch (equals < 0 ? "" : filter.substring(0, equals)) {
                case "name" -> guest.name().contains(value);
                case "id" -> guest.id().startsWith(value);
                case "status" -> state.status().text().equals(value);
                case "ancestor" -> guest.record().image().equals(value);
                default ->
                    throw new UsageException(
                            "--filter: '" + filter + "' must be name=, id=, status= or ancestor= and a value");
            };
            if (!ok) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, String> row(Guest guest, GuestState state, boolean whole) {
        String command = String.join(" ", guest.record().command());
        if (!whole && command.length() > COMMAND_WIDTH) {
            command = command.substring(0, COMMAND_WIDTH - 1) + "…";
        }
        Map<String, String> row = new LinkedHashMap<>();
        row.put("ID", whole ? guest.id() : guest.shortId());
        row.put("Image", guest.record().image());
        row.put("Command", '"' + command + '"');
        row.put("CreatedAt", guest.record().createdAt());
        row.put("RunningFor", Ago.since(guest.record().createdAt()) + " ago");
        row.put("State", state.status().text());
        row.put("Status", status(state));
        row.put("Ports", String.join(", ", guest.record().ports()));
        row.put("Names", guest.name());
        return row;
    }

    static String status(GuestState state) {
        return switch (state.status()) {
            case CREATED -> "Created";
            case RUNNING -> "Up " + Ago.since(state.startedAt());
            case PAUSED -> "Up " + Ago.since(state.startedAt()) + " (Paused)";
            case RESTARTING -> "Restarting (" + state.exitCode() + ") " + Ago.since(state.finishedAt()) + " ago";
            case EXITED -> {
                String since = Ago.since(state.finishedAt());
                yield "Exited (" + state.exitCode() + ")" + (since.isEmpty() ? "" : " " + since + " ago");
            }
        };
    }

    private static String table(List<Map<String, String>> rows) {
        Table table = new Table("GUEST ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES");
        for (Map<String, String> row : rows) {
            table.row(
                    row.get("ID"),
                    row.get("Image"),
                    row.get("Command"),
                    row.get("RunningFor"),
                    row.get("Status"),
                    row.get("Ports"),
                    row.get("Names"));
        }
        return table.toString();
    }
}
