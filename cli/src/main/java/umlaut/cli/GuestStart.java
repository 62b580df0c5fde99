package umlaut.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.daemon.ControlServer;
import umlaut.daemon.DaemonException;
import umlaut.daemon.Events;
import umlaut.daemon.Fields;
import umlaut.daemon.Guest;
import umlaut.daemon.GuestRecord;
import umlaut.daemon.Guests;
import umlaut.daemon.Launcher;
import umlaut.daemon.Places;
import umlaut.daemon.RestartPolicy;
import umlaut.daemon.SharedHost;
import umlaut.daemon.Supervisor;
import umlaut.machine.MachineConfig;

/** Guests that live on their own: from a command line to what is kept of it, and from that to a machine, in a process of its own. */
final class GuestStart {
    /** The argument that makes a process the one that a guest runs in; its id follows. */
    static final String ARGUMENT = "--guest";

    private static final int SHORT_ID = 12;

    private final Places places = Places.ofUser(System.getenv());
    final Guests guests = new Guests(places);
    final Events events = new Events(places);

    /** A command line read: what it makes, and what is to be kept of it. */
    record Made(
            MachineConfig config,
            GuestRecord record,
            @Nullable String name) {}

    /**
     * Reads what follows run, create or boot.
     *
     * @param own the guest lives on its own: it has a disk even without a name
     */
    static Made read(Flags flags, boolean boot, boolean own, Surroundings around) {
        String id = Guests.newId();
        String name = flags.value("--name");
        if (name != null) {
            checkName(name);
        }
        String called = name != null ? name : own ? id.substring(0, SHORT_ID) : null;
        String disk = flags.isSet("--rm") ? null : called;
        RunArguments arguments = new RunArguments(flags, around, boot, called, disk);
        MachineConfig config = arguments.config();
        List<String> rest = around.words(flags.rest(), flags.rest().size());
        GuestRecord record = GuestRecord.of(
                id,
                Instant.now().toString(),
                config,
                flags.words(),
                around.directory().toString(),
                arguments.usedEnvironment());
        record.fields()
                .addAll("rest", rest)
                .set("called", called)
                .set("disk", disk == null || config.root() == null ? null : disk)
                .set("auto-remove", flags.isSet("--rm") || !own && name == null)
                .set("foreground", !own)
                .set("interactive", flags.isSet("--interactive"))
                .set("shared", flags.isSet("--shared"))
                .set("restart", restart(flags));
        return new Made(config, record, name);
    }

    private static void checkName(String name) {
        try {
            Guests.checkName(name);
        } catch (DaemonException e) {
            throw new UsageException("--name: " + e.line);
        }
    }

    private static @Nullable String restart(Flags flags) {
        String text = flags.value("--restart");
        if (text == null) {
            return null;
        }
        RestartPolicy policy = RestartPolicy.parse(text);
        if (flags.isSet("--rm") && policy.kind() != RestartPolicy.Kind.NO) {
            throw new UsageException("--restart and --rm exclude each other");
        }
        return policy.toString();
    }

    /** What was read once, again. */
    private static MachineConfig config(Guest guest) {
        Fields f = guest.record().fields();
        boolean boot = guest.record().boot();
        Flags flags = new Flags(boot ? "boot" : "run", boot ? RunFlags.bootTable() : RunFlags.table());
        List<String> words = new ArrayList<>(guest.record().arguments());
        words.add("--");
        flags.parse(words, 0);
        flags.setRest(f.list("rest"));
        Map<String, String> environment = new HashMap<>();
        for (String variable : f.list("host-variable")) {
            int equals = variable.indexOf('=');
            environment.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        Surroundings around = new Surroundings(environment, Path.of(f.text("directory")), false, true);
        return new RunArguments(flags, around, boot, f.value("called"), f.value("disk")).config();
    }

    /** {@code umlaut create}, and the first half of {@code run -d}. */
    Guest create(Flags flags, boolean boot) {
        Made made = read(flags, boot, true, Surroundings.here(false));
        Guest guest = guests.create(made.record(), made.name(), true);
        events.add(guest, "create");
        return guest;
    }

    /** {@code umlaut run -d} and {@code umlaut boot -d}. @return the exit status */
    int detached(Flags flags, boolean boot) {
        Guest guest = create(flags, boot);
        start(guest);
        return Main.print(guest.id() + "\n");
    }

    /** @throws DaemonException when it cannot be started */
    void start(Guest guest) {
        if (guest.state().isLive()) {
            return;
        }
        if (guest.record().shared()) {
            SharedHost.start(places, guest);
        } else {
            Launcher.launch(List.of(ARGUMENT, guest.id()), guest.directory().resolve("errors"));
        }
    }

    // --- the processes that are started for that ---

    /** {@link #ARGUMENT}. */
    int runGuest(String id) {
        Launcher.becomeIndependent();
        Guest guest = guests.get(id);
        return new Supervisor(
                        guest,
                        guests,
                        events,
                        new ControlServer(),
                        () -> config(guest),
                        machine -> machine.rehearse(Training.command(Training.REHEARSAL)),
                        true)
                .run(Launcher::report);
    }

    /** {@link SharedHost#ARGUMENT}. */
    int runShared(int number) {
        Launcher.becomeIndependent();
        return new SharedHost(guests, events, GuestStart::config).run(places, number);
    }
}
