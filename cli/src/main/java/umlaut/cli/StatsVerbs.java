package umlaut.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.cli.Verb.Complete;
import umlaut.daemon.DaemonException;
import umlaut.daemon.Fields;
import umlaut.daemon.Figures;
import umlaut.daemon.Guest;
import umlaut.daemon.GuestRecord;
import umlaut.daemon.Guests;
import umlaut.daemon.RestartPolicy;
import umlaut.host.Terminals;
import umlaut.machine.ProcessRow;
import umlaut.machine.Usage;

/** Commands that measure running guests and limit them. */
final class StatsVerbs {
    private static final long PERIOD_MS = 1000;
    private static final String HOME_AND_CLEAR = "\033[H\033[J";

    private StatsVerbs() {}

    static List<Verb> all() {
        return List.of(
                new Verb(
                        "top",
                        "GUEST",
                        "Show the processes of a guest.",
                        "",
                        List.of(),
                        Complete.RUNNING,
                        StatsVerbs::top),
                new Verb(
                        "stats",
                        "[GUEST...]",
                        "Show what guests use, until ctrl-C.",
                        "",
                        List.of(
                                Flag.of("--no-stream", Kind.SWITCH, "", "Only once."),
                                Flag.of(
                                        "--format",
                                        Kind.VALUE,
                                        "FORMAT",
                                        "json, or text with {{.Name}} and the like.")),
                        Complete.RUNNING,
                        StatsVerbs::stats),
                new Verb(
                        "update",
                        "GUEST...",
                        "Change limits of guests, also while they run.",
                        "",
                        List.of(
                                Flag.of("-m --memory", Kind.VALUE, "SIZE", "Most memory: 512m, 2g; 0 is no limit."),
                                Flag.of(
                                        "--cpus",
                                        Kind.VALUE,
                                        "NUMBER",
                                        "Most processors' worth of time; 0 is no limit."),
                                Flag.of("--pids-limit", Kind.VALUE, "NUMBER", "Most processes and threads at once."),
                                Flag.of(
                                        "--restart",
                                        Kind.VALUE,
                                        "POLICY",
                                        "When it starts again, from its next start on.")),
                        Complete.GUESTS,
                        StatsVerbs::update));
    }

    private static int top(Flags flags) {
        if (flags.rest().size() != 1) {
            throw new UsageException("say which guest: 'umlaut top GUEST'");
        }
        Guest guest = Targets.guests().get(flags.rest().getFirst());
        Table table = new Table("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
        for (ProcessRow p : Figures.processes(guest)) {
            table.row(
                    p.uid(),
                    p.pid(),
                    p.parent(),
                    p.startedAgoNs() <= 0 ? 0 : Math.min(99, p.cpuNs() * 100 / p.startedAgoNs()),
                    started(p.startedAgoNs()),
                    p.tty(),
                    clock(p.cpuNs()),
                    p.command());
        }
        return Main.print(table.toString());
    }

    private static String started(long agoNs) {
        Instant at = Instant.now().minusNanos(agoNs);
        String form = agoNs < Duration.ofDays(1).toNanos() ? "HH:mm" : "MMMdd";
        return DateTimeFormatter.ofPattern(form)
                .withZone(ZoneId.systemDefault())
                .format(at);
    }

    private static String clock(long ns) {
        long s = ns / 1_000_000_000;
        return String.format("%02d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
    }

    // --- stats ---

    private record Sample(Usage usage, long atNs) {}

    private static int stats(Flags flags) {
        Guests guests = Targets.guests();
        List<String> asked = flags.rest();
        String format = flags.value("--format");
        Template template = format == null ? null : Template.of(format);
        boolean once = flags.isSet("--no-stream");
        boolean screen = !once && Terminals.isTerminal(1);
        Map<String, Sample> before = new LinkedHashMap<>();
        try {
            sample(guests, asked, before);
            while (true) {
                Thread.sleep(PERIOD_MS);
                String text = show(rows(guests, asked, before), template);
                int status = Main.print((screen ? HOME_AND_CLEAR : "") + text);
                if (once || status != 0) {
                    return status;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static List<Guest> chosen(Guests guests, List<String> asked) {
        return asked.isEmpty()
                ? guests.list().stream().filter(g -> g.state().isLive()).toList()
                : asked.stream().map(guests::get).toList();
    }

    private static Map<Guest, Sample> sample(Guests guests, List<String> asked, Map<String, Sample> into) {
        Map<Guest, Sample> now = new LinkedHashMap<>();
        for (Guest guest : chosen(guests, asked)) {
            try {
                Sample sample = new Sample(Figures.usage(guest), System.nanoTime());
                now.put(guest, sample);
                into.putIfAbsent(guest.id(), sample);
            } catch (DaemonException e) {
                if (!asked.isEmpty()) {
                    throw e;
                }
            }
        }
        return now;
    }

    private static List<Map<String, String>> rows(Guests guests, List<String> asked, Map<String, Sample> before) {
        List<Map<String, String>> rows = new ArrayList<>();
        for (Map.Entry<Guest, Sample> e : sample(guests, asked, before).entrySet()) {
            Sample now = e.getValue();
            Sample then = before.getOrDefault(e.getKey().id(), now);
            before.put(e.getKey().id(), now);
            rows.add(row(e.getKey(), then, now));
        }
        return rows;
    }

    private static Map<String, String> row(Guest guest, Sample then, Sample now) {
        Usage u = now.usage();
        long passed = Math.max(1, now.atNs() - then.atNs());
        Map<String, String> row = new LinkedHashMap<>();
        row.put("ID", guest.shortId());
        row.put("Name", guest.name());
        row.put(
                "CPUPerc",
                String.format("%.2f%%", 100.0 * (u.cpuNs() - then.usage().cpuNs()) / passed));
        row.put("MemUsage", Size.shown(u.memoryBytes()) + " / " + Size.shown(u.memoryLimit()));
        row.put("MemPerc", String.format("%.2f%%", 100.0 * u.memoryBytes() / Math.max(1, u.memoryLimit())));
        row.put("NetIO", Size.shown(u.receivedBytes()) + " / " + Size.shown(u.sentBytes()));
        row.put("BlockIO", Size.shown(u.readBytes()) + " / " + Size.shown(u.writtenBytes()));
        row.put("PIDs", Integer.toString(u.processes()));
        return row;
    }

    private static String show(List<Map<String, String>> rows, @org.jspecify.annotations.Nullable Template template) {
        if (template != null) {
            StringBuilder out = new StringBuilder();
            rows.forEach(row -> out.append(template.apply(row)).append('\n'));
            return out.toString();
        }
        Table table =
                new Table("GUEST ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %", "NET I/O", "BLOCK I/O", "PIDS");
        for (Map<String, String> row : rows) {
            table.row(row.values().toArray());
        }
        return table.toString();
    }

    // --- update ---

    private static int update(Flags flags) {
        if (flags.rest().isEmpty()) {
            throw new UsageException("say which guest: 'umlaut update FLAGS GUEST...'");
        }
        Fields limits = new Fields();
        List<String> words = new ArrayList<>();
        String memory = flags.value("--memory");
        if (memory != null) {
            limits.set("memory", RunArguments.memory(memory));
            words.add("--memory=" + memory);
        }
        String cpus = flags.value("--cpus");
        if (cpus != null) {
            limits.set("cpus", Double.toString(RunArguments.cpus(cpus)));
            words.add("--cpus=" + cpus);
        }
        String pids = flags.value("--pids-limit");
        if (pids != null) {
            limits.set("pids", Math.max(0, Size.count("--pids-limit", pids)));
            words.add("--pids-limit=" + pids);
        }
        String restart = flags.value("--restart");
        RestartPolicy policy = restart == null ? null : RestartPolicy.parse(restart);
        if (words.isEmpty() && policy == null) {
            throw new UsageException("nothing to change: see 'umlaut update --help'");
        }
        Guests guests = Targets.guests();
        return Targets.each(flags.rest(), guest -> {
            if (guest.state().isLive() && !words.isEmpty()) {
                Figures.update(guest, limits);
            }
            GuestRecord record = guest.record();
            Fields fields = record.fields().addAll("argument", words);
            if (policy != null) {
                fields.set("restart", policy.toString());
            }
            for (String name : List.of("memory", "cpus", "pids")) {
                if (limits.value(name) != null) {
                    fields.set(name, limits.value(name));
                }
            }
            guests.update(guest, fields);
        });
    }
}
