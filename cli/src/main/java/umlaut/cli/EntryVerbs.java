package umlaut.cli;

import java.util.ArrayList;
import java.util.List;
import umlaut.cli.Flags.Flag;
import umlaut.cli.Flags.Kind;
import umlaut.cli.Verb.Complete;
import umlaut.daemon.Client;
import umlaut.daemon.DetachKeys;
import umlaut.daemon.Guest;
import umlaut.machine.Console;

/** Commands that enter running guests. */
final class EntryVerbs {
    private static final Flag KEYS = Flag.of(
            "--detach-keys", Kind.VALUE, "KEYS", "What leaves it without ending it (" + DetachKeys.USUAL + ").");

    private EntryVerbs() {}

    static List<Verb> all() {
        return List.of(
                new Verb(
                        "exec",
                        "GUEST [COMMAND [ARG...]]",
                        "Run a command, or a shell, in a running guest.",
                        "On a terminal the command gets one, too, without -it. Its exit status is this command's.\n",
                        List.of(
                                Flag.of("-i --interactive", Kind.SWITCH, "", "Standard input is the command's."),
                                Flag.of("-t --tty", Kind.SWITCH, "", "Give it a terminal."),
                                Flag.of("-d --detach", Kind.SWITCH, "", "Do not wait for it."),
                                Flag.of("-e --env", Kind.LIST, "NAME[=VALUE]", "Set a variable."),
                                Flag.of("-w --workdir", Kind.VALUE, "DIR", "Start in this directory."),
                                Flag.of("-u --user", Kind.VALUE, "USER[:GROUP]", "Run as this user of the guest."),
                                KEYS),
                        Complete.RUNNING,
                        EntryVerbs::exec),
                new Verb(
                        "attach",
                        "GUEST",
                        "Join this terminal, or these streams, to those of a guest's first process.",
                        "",
                        List.of(Flag.of("--no-stdin", Kind.SWITCH, "", "Look only."), KEYS),
                        Complete.RUNNING,
                        flags -> attach(flags, !flags.isSet("--no-stdin"))),
                new Verb(
                        "console",
                        "GUEST",
                        "The console of a guest, on this terminal.",
                        "Leave it with ctrl-p ctrl-q.\n",
                        List.of(KEYS),
                        Complete.RUNNING,
                        EntryVerbs::console));
    }

    private static DetachKeys keys(Flags flags) {
        String text = flags.value("--detach-keys");
        return DetachKeys.parse(text == null ? DetachKeys.USUAL : text);
    }

    private static int exec(Flags flags) {
        if (flags.rest().isEmpty()) {
            throw new UsageException("say which guest: 'umlaut exec GUEST [COMMAND...]'");
        }
        Guest guest = Targets.guests().get(flags.rest().getFirst());
        int words = flags.rest().size() - 1;
        List<String> command = GuestText.words(flags.rest().subList(1, words + 1), words);
        boolean onTerminal = Console.isTerminal(0) && Console.isTerminal(1);
        boolean terminal = flags.given("--tty") ? flags.isSet("--tty") : onTerminal;
        List<String> variables = new ArrayList<>();
        if (terminal) {
            variables.add("TERM=" + System.getenv().getOrDefault("TERM", "xterm"));
        }
        for (String text : flags.list("--env")) {
            variable(text, variables);
        }
        boolean input = onTerminal || flags.isSet("--interactive");
        return Client.exec(
                guest,
                command.isEmpty() || !command.getFirst().equals("--") ? command : command.subList(1, words),
                variables,
                inGuest(flags.value("--workdir")),
                inGuest(flags.value("--user")),
                terminal,
                input,
                flags.isSet("--detach"),
                keys(flags));
    }

    private static @org.jspecify.annotations.Nullable String inGuest(@org.jspecify.annotations.Nullable String text) {
        return text == null ? null : GuestText.of(text);
    }

    private static void variable(String text, List<String> variables) {
        int equals = text.indexOf('=');
        if (equals == 0 || text.isEmpty()) {
            throw new UsageException("--env: '" + text + "' has no variable's name");
        }
        String value = equals > 0 ? text.substring(equals + 1) : System.getenv(text);
        if (value != null) {
            variables.add(GuestText.of((equals > 0 ? text.substring(0, equals) : text) + "=" + value));
        }
    }

    private static int attach(Flags flags, boolean input) {
        if (flags.rest().size() != 1) {
            throw new UsageException("say which guest: 'umlaut attach GUEST'");
        }
        return Client.attach(Targets.guests().get(flags.rest().getFirst()), input, keys(flags));
    }

    private static int console(Flags flags) {
        if (flags.rest().size() == 1) {
            Guest guest = Targets.guests().get(flags.rest().getFirst());
            if (!guest.record().terminal()) {
                throw new UsageException("guest '" + guest.name()
                        + "' has no console: it was started without -t; 'umlaut attach' shows its output");
            }
        }
        return attach(flags, true);
    }
}
