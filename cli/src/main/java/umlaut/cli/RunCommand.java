package umlaut.cli;

import java.util.ArrayList;
import java.util.List;
import umlaut.machine.Console;
import umlaut.machine.Machine;

/** {@code umlaut run} and {@code umlaut boot}. */
final class RunCommand {
    /** -Dumlaut.rehearsal=off: no rehearsal. See docs/engine.md. */
    private static final String REHEARSAL = "umlaut.rehearsal", OFF = "off";

    private RunCommand() {}

    /** @param args the whole command line, "run" first. @return the exit status */
    static int run(List<String> args) {
        Flags flags = new Flags("run", RunFlags.table());
        flags.parse(args, 1);
        return flags.isSet("--help") ? Main.print(RunFlags.help()) : run(flags);
    }

    /** Runs the training, so that a start-up cache can be made. @return the exit status */
    static int train() {
        Flags flags = new Flags("run", RunFlags.table());
        try (TrainingDisk disk = TrainingDisk.create()) {
            List<String> args = new ArrayList<>(List.of("run", "--disk", disk.flag(), "--"));
            args.addAll(Training.command(Training.ALL));
            flags.parse(args, 1);
            try (ForegroundRun run = ForegroundRun.unknown(flags);
                    Machine machine = new Machine(run.config())) {
                return run.machine(machine);
            }
        }
    }

    /** Runs an image's init, again and again as long as it asks for a restart. @return the exit status */
    static int boot(List<String> args) {
        Flags flags = new Flags("boot", RunFlags.bootTable());
        flags.parse(args, 1);
        return flags.isSet("--help") ? Main.print(RunFlags.bootHelp()) : boot(flags);
    }

    private static int boot(Flags flags) {
        if (flags.rest().size() != 1) {
            throw new UsageException("say which image to boot: 'umlaut boot IMAGE'");
        }
        if (flags.isSet("--detach")) {
            return new GuestStart().detached(flags, true);
        }
        refuseWithoutDetach(flags);
        try (ForegroundRun run = ForegroundRun.of(flags, true, Surroundings.here(true))) {
            while (true) {
                try (Machine machine = new Machine(run.config())) {
                    int status = run.machine(machine);
                    if (!machine.wantsRestart()) {
                        return status;
                    }
                }
            }
        }
    }

    /** What only guests that live on their own can have. */
    private static void refuseWithoutDetach(Flags flags) {
        for (String flag : List.of("--restart", "--shared")) {
            if (flags.given(flag)) {
                throw new UsageException(flag + " is for guests that run on their own: add -d");
            }
        }
    }

    private static int run(Flags flags) {
        if (flags.isSet("--detach")) {
            return new GuestStart().detached(flags, false);
        }
        refuseWithoutDetach(flags);
        boolean onTerminal = Console.isTerminal(0) && Console.isTerminal(1);
        try (ForegroundRun run = ForegroundRun.of(flags, false, Surroundings.here(onTerminal));
                Machine machine = new Machine(run.config())) {
            if (!OFF.equals(System.getProperty(REHEARSAL))) {
                machine.rehearse(Training.command(Training.REHEARSAL));
            }
            return run.machine(machine);
        }
    }

    /** Both, for completion and manual pages. */
    static List<Verb> verbs() {
        return List.of(
                new Verb(
                        "run",
                        "[IMAGE] [--] [COMMAND [ARG...]]",
                        "Run a command, or a shell, in a fresh guest.",
                        RunFlags.more(),
                        RunFlags.table(),
                        Verb.Complete.IMAGES,
                        RunCommand::run),
                new Verb(
                        "boot",
                        "IMAGE",
                        "Boot an image: its init, a login on this terminal.",
                        "",
                        RunFlags.bootTable(),
                        Verb.Complete.IMAGES,
                        RunCommand::boot));
    }
}
