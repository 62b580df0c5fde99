package umlaut.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.daemon.DaemonException;
import umlaut.daemon.Foreground;
import umlaut.daemon.Guest;
import umlaut.machine.Machine;
import umlaut.machine.MachineConfig;

/** A guest on this terminal, or these streams. Others can see and reach it while it runs; where that is not possible, and it has no name, it runs all the same. */
final class ForegroundRun implements AutoCloseable {
    private final GuestStart.Made made;
    private final @Nullable Foreground known;

    private ForegroundRun(GuestStart.Made made, @Nullable Foreground known) {
        this.made = made;
        this.known = known;
    }

    static ForegroundRun of(Flags flags, boolean boot, Surroundings around) {
        GuestStart.Made made = GuestStart.read(flags, boot, false, around);
        if (made.name() == null) {
            return new ForegroundRun(made, foreground(made));
        }
        GuestStart start = new GuestStart();
        String name = made.name();
        Guest old = start.guests.find(name);
        if (old != null) {
            if (old.state().isLive()) {
                throw new DaemonException(125, "guest '" + name + "' is running: 'umlaut stop " + name + "' it first");
            }
            if (!old.record().foreground()) {
                throw new DaemonException(
                        125,
                        "the name '" + name + "' is in use by guest " + old.shortId() + ": 'umlaut start " + name
                                + "' starts it, 'umlaut rm " + name + "' forgets it");
            }
            start.guests.remove(old);
        }
        Guest guest = start.guests.create(made.record(), name, false);
        return new ForegroundRun(made, Foreground.of(new Foreground.Known(start.guests, start.events, guest)));
    }

    /** Nobody is to know of it. */
    static ForegroundRun unknown(Flags flags) {
        return new ForegroundRun(GuestStart.read(flags, false, false, Surroundings.here(false)), null);
    }

    /** For one without a name: made known later, if it lives so long. */
    private static @Nullable Foreground foreground(GuestStart.Made made) {
        Map<String, String> environment = System.getenv();
        if (environment.getOrDefault("HOME", "").isEmpty()
                && environment.getOrDefault("XDG_STATE_HOME", "").isEmpty()) {
            return null;
        }
        return Foreground.later(() -> {
            try {
                GuestStart start = new GuestStart();
                return new Foreground.Known(
                        start.guests, start.events, start.guests.create(made.record(), null, false));
            } catch (DaemonException e) {
                return null; // no place for it: it is not known, and runs
            }
        });
    }

    MachineConfig config() {
        return made.config();
    }

    /** Runs it to its end. @return its status */
    int machine(Machine machine) {
        int status = machine.run(first -> {
            if (known != null) {
                known.started(machine, first);
            }
        });
        if (known != null) {
            known.ended(status);
        }
        return status;
    }

    @Override
    public void close() {
        if (known != null) {
            known.close();
        }
    }
}
