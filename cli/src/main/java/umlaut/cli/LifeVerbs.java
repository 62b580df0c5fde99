package umlaut.cli;

import java.util.List;
import umlaut.abi.Signal;
import umlaut.block.ImageException;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.cli.Verb.Complete;
import umlaut.daemon.Client;
import umlaut.daemon.DaemonException;
import umlaut.daemon.Guest;
import umlaut.daemon.Guests;
import umlaut.oci.ImageStore;

/** Commands that begin and end guests. */
final class LifeVerbs {
    private static final int MANY = Integer.MAX_VALUE;
    /** As docker waits. */
    private static final long STOP_SECONDS = 10;
    /** A system that shuts down has more to do. */
    private static final long SHUT_DOWN_SECONDS = 60;

    private static final Flag TIME = Flag.of(
            "-t --time --timeout", Kind.VALUE, "SECONDS", "How long it may take before it is killed; -1: for ever.");
    private static final Flag SIGNAL = Flag.of("-s --signal", Kind.VALUE, "SIGNAL", "The signal to send.");

    private LifeVerbs() {}

    static List<Verb> all() {
        return List.of(
                new Verb(
                        "create",
                        "[IMAGE] [--] [COMMAND [ARG...]]",
                        "Make a guest without starting it, and write its id.",
                        "Flags are those of 'umlaut run'.\n",
                        RunFlags.table(),
                        Complete.IMAGES,
                        LifeVerbs::create),
                guests("start", "Start guests that were created, or have ended.", List.of(), LifeVerbs::start),
                guests(
                        "stop",
                        "Ask guests to end (SIGTERM; booted ones shut down), and kill those that do not.",
                        List.of(TIME, SIGNAL),
                        LifeVerbs::stop),
                guests("restart", "Stop guests and start them again.", List.of(TIME, SIGNAL), LifeVerbs::restart),
                guests("kill", "Send a signal to guests' first processes (KILL).", List.of(SIGNAL), LifeVerbs::kill),
                guests(
                        "pause",
                        "Stop all processes of guests where they are.",
                        List.of(),
                        flags -> Targets.each(flags.rest(), Client::pause)),
                guests(
                        "unpause",
                        "Let paused guests go on.",
                        List.of(),
                        flags -> Targets.each(flags.rest(), Client::resume)),
                guests(
                        "wait",
                        "Wait for the end of guests and write their exit statuses.",
                        List.of(),
                        LifeVerbs::await),
                guests(
                        "rm",
                        "Forget guests, and remove their disks.",
                        List.of(Flag.of("-f --force", Kind.SWITCH, "", "Kill those that run.")),
                        LifeVerbs::remove),
                new Verb(
                        "rename",
                        "GUEST NAME",
                        "Call a guest something else.",
                        "",
                        List.of(),
                        Complete.GUESTS,
                        LifeVerbs::rename));
    }

    private static Verb guests(String name, String summary, List<Flag> flags, Verb.Action action) {
        return new Verb(name, "GUEST...", summary, "", flags, Complete.GUESTS, parsed -> {
            if (parsed.rest().isEmpty()) {
                throw new UsageException("say which guest: 'umlaut " + name + " GUEST...'; 'umlaut ps -a' lists them");
            }
            return action.run(parsed);
        });
    }

    private static int create(Flags flags) {
        return Main.print(new GuestStart().create(flags, false).id() + "\n");
    }

    private static int start(Flags flags) {
        GuestStart start = new GuestStart();
        return Targets.each(flags.rest(), guest -> start(start, guest));
    }

    private static void start(GuestStart start, Guest guest) {
        if (guest.record().foreground()) {
            start.guests.update(guest, guest.record().fields().set("foreground", null));
            start.start(start.guests.get(guest.id()));
        } else {
            start.start(guest);
        }
    }

    private static long seconds(Flags flags, Guest guest) {
        String text = flags.value("--timeout");
        return text == null ? guest.record().boot() ? SHUT_DOWN_SECONDS : STOP_SECONDS : Size.count("--timeout", text);
    }

    private static int signal(Flags flags, int usual) {
        String text = flags.value("--signal");
        int signo = text == null ? usual : Signal.parse(text);
        if (signo == 0 && text != null) {
            throw new UsageException("--signal: '" + text + "' is no signal: write TERM, KILL or a number");
        }
        return signo;
    }

    private static int stop(Flags flags) {
        int signo = signal(flags, 0);
        return Targets.each(flags.rest(), guest -> {
            if (guest.state().isLive()) {
                Client.stop(guest, signo, seconds(flags, guest));
            }
        });
    }

    private static int restart(Flags flags) {
        int signo = signal(flags, 0);
        GuestStart start = new GuestStart();
        return Targets.each(flags.rest(), guest -> {
            if (guest.state().isLive()) {
                Client.stop(guest, signo, seconds(flags, guest));
            }
            start(start, guest);
        });
    }

    private static int kill(Flags flags) {
        int signo = signal(flags, Signal.SIGKILL);
        return Targets.each(flags.rest(), guest -> Client.kill(guest, signo));
    }

    private static int await(Flags flags) {
        return Targets.each(flags.rest(), guest -> Main.print(Client.await(guest) + "\n"), false);
    }

    private static int rename(Flags flags) {
        List<String> names = flags.rest();
        if (names.size() != 2) {
            throw new UsageException("usage: umlaut rename GUEST NAME");
        }
        Guests guests = Targets.guests();
        guests.rename(guests.get(names.getFirst()), names.getLast());
        return 0;
    }

    private static int remove(Flags flags) {
        Guests guests = Targets.guests();
        int status = 0;
        for (String reference : flags.rest()) {
            try {
                remove(guests, reference, flags.isSet("--force"));
                status = Math.max(status, Main.print(reference + "\n"));
            } catch (DaemonException e) {
                System.err.println("umlaut: " + e.line);
                status = 1;
            }
        }
        return status;
    }

    static void remove(Guests guests, String reference, boolean force) {
        Guest guest = guests.find(reference);
        if (guest == null) {
            removeDisk(reference, "no guest '" + reference + "'");
            return;
        }
        if (guest.state().isLive()) {
            if (!force) {
                throw new DaemonException(
                        "guest '" + reference + "' is running: 'umlaut stop' it, or remove it with -f");
            }
            Client.stop(guest, Signal.SIGKILL, 0);
        }
        String disk = guest.record().disk();
        if (disk != null) {
            removeDisk(disk, null);
        }
        guests.remove(guest);
    }

    /** @param missing what to say if there is none; null: nothing */
    private static void removeDisk(String name, @org.jspecify.annotations.Nullable String missing) {
        ImageStore store = ImageStore.ofUser(System.getenv());
        if (store.guests().list().contains(name)) {
            try {
                store.guests().remove(name);
            } catch (ImageException e) {
                throw new DaemonException(e.line);
            }
        } else if (missing != null) {
            throw new DaemonException(missing);
        }
    }
}
