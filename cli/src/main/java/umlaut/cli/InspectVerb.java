package umlaut.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.daemon.DaemonException;
import umlaut.daemon.Fields;
import umlaut.daemon.Guest;
import umlaut.daemon.GuestState;
import umlaut.daemon.JsonText;

/** {@code umlaut inspect} and {@code umlaut port}: all that is known of a guest, under docker's names. */
final class InspectVerb {
    private static final double NANO = 1e9;

    private InspectVerb() {}

    static List<Verb> all() {
        return List.of(
                new Verb(
                        "inspect",
                        "GUEST...",
                        "Show all that is known of guests, as JSON.",
                        "",
                        List.of(Flag.of(
                                "-f --format",
                                Kind.VALUE,
                                "FORMAT",
                                "json, or text with {{.State.Status}} and the like.")),
                        Verb.Complete.GUESTS,
                        InspectVerb::inspect),
                new Verb(
                        "port",
                        "GUEST",
                        "Show which ports of the host lead to a guest.",
                        "",
                        List.of(),
                        Verb.Complete.GUESTS,
                        InspectVerb::port));
    }

    private static int inspect(Flags flags) {
        if (flags.rest().isEmpty()) {
            throw new UsageException("say which guest: 'umlaut inspect GUEST...'");
        }
        List<Map<String, Object>> found = new ArrayList<>();
        int status = Targets.each(flags.rest(), guest -> found.add(describe(guest)), false);
        String format = flags.value("--format");
        StringBuilder out = new StringBuilder();
        if (format == null) {
            out.append(JsonText.pretty(found));
        } else {
            Template template = Template.of(format);
            found.forEach(guest -> out.append(template.apply(guest)).append('\n'));
        }
        return Math.max(status, Main.print(out.toString()));
    }

    private static int port(Flags flags) {
        if (flags.rest().size() != 1) {
            throw new UsageException("say which guest: 'umlaut port GUEST'");
        }
        Guest guest = Targets.guests().get(flags.rest().getFirst());
        if (!guest.state().isLive()) {
            throw new DaemonException("guest '" + guest.name() + "' is not running");
        }
        StringBuilder out = new StringBuilder();
        for (String port : guest.record().ports()) {
            int arrow = port.indexOf("->");
            out.append(port, arrow + 2, port.length())
                    .append(" -> ")
                    .append(port, 0, arrow)
                    .append('\n');
        }
        return Main.print(out.toString());
    }

    /** Pairs of name and value. */
    private static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private static Map<String, Object> describe(Guest guest) {
        Fields f = guest.record().fields();
        GuestState state = guest.state();
        List<String> command = guest.record().command();
        boolean live = state.isLive();
        return map(
                "Id",
                guest.id(),
                "Created",
                guest.record().createdAt(),
                "Path",
                command.isEmpty() ? "" : command.getFirst(),
                "Args",
                command.isEmpty() ? command : command.subList(1, command.size()),
                "State",
                map(
                        "Status",
                        state.status().text(),
                        "Running",
                        live,
                        "Paused",
                        state.status() == GuestState.Status.PAUSED,
                        "Restarting",
                        state.status() == GuestState.Status.RESTARTING,
                        "Pid",
                        live ? state.watcherPid() : 0,
                        "ExitCode",
                        state.exitCode(),
                        "Error",
                        state.error(),
                        "StartedAt",
                        state.startedAt(),
                        "FinishedAt",
                        state.finishedAt()),
                "Image",
                guest.record().image(),
                "Name",
                guest.name(),
                "RestartCount",
                state.restarts(),
                "LogPath",
                guest.record().foreground() ? "" : guest.log().toString(),
                "HostConfig",
                hostConfig(guest, f),
                "Config",
                map(
                        "Hostname",
                        f.text("hostname"),
                        "User",
                        f.text("user"),
                        "Tty",
                        guest.record().terminal(),
                        "OpenStdin",
                        guest.record().interactive() || guest.record().terminal(),
                        "Env",
                        f.list("variable"),
                        "Cmd",
                        command,
                        "Image",
                        guest.record().image(),
                        "WorkingDir",
                        f.text("workdir"),
                        "Boot",
                        guest.record().boot()));
    }

    private static Map<String, Object> hostConfig(Guest guest, Fields f) {
        return map(
                "Binds",
                f.list("volume"),
                "PortBindings",
                guest.record().ports(),
                "RestartPolicy",
                map(
                        "Name",
                        guest.record().restart().toString().replaceAll(":.*", ""),
                        "MaximumRetryCount",
                        guest.record().restart().most()),
                "AutoRemove",
                guest.record().autoRemove(),
                "Memory",
                f.number("memory"),
                "NanoCpus",
                (long) (f.fraction("cpus") * NANO),
                "PidsLimit",
                f.number("pids"),
                "Shared",
                guest.record().shared(),
                "Foreground",
                guest.record().foreground());
    }
}
