package umlaut.cli;

import java.util.ArrayList;
import java.util.List;
import umlaut.machine.Console;
import umlaut.machine.Machine;
import umlaut.machine.MachineConfig;

/** {@code umlaut run} and {@code umlaut boot}. */
final class RunCommand {
    /** -Dumlaut.rehearsal=off: no rehearsal. See docs/engine.md. */
    private static final String REHEARSAL = "umlaut.rehearsal", OFF = "off";

    private RunCommand() {}

    /** @param args the whole command line, "run" first. @return the exit status */
    static int run(List<String> args) {
        return run(args, !OFF.equals(System.getProperty(REHEARSAL)));
    }

    /** Runs the training, so that a start-up cache can be made. @return the exit status */
    static int train() {
        try (TrainingDisk disk = TrainingDisk.create()) {
            List<String> args = new ArrayList<>(List.of("run", "--disk", disk.flag(), "--"));
            args.addAll(Training.command(Training.ALL));
            return run(args, false);
        }
    }

    /** Runs an image's init, again and again as long as it asks for a restart. @return the exit status */
    static int boot(List<String> args) {
        Flags flags = new Flags("boot", RunFlags.bootTable());
        flags.parse(args, 1);
        if (flags.isSet("--help")) {
            return Main.print(RunFlags.bootHelp());
        }
        if (flags.rest().size() != 1) {
            throw new UsageException("say which image to boot: 'umlaut boot IMAGE'");
        }
        MachineConfig config = new RunArguments(flags, System.getenv(), true, true).config();
        while (true) {
            try (Machine machine = new Machine(config)) {
                int status = machine.run(program -> {});
                if (!machine.wantsRestart()) {
                    return status;
                }
            }
        }
    }

    private static int run(List<String> args, boolean rehearse) {
        Flags flags = new Flags("run", RunFlags.table());
        flags.parse(args, 1);
        if (flags.isSet("--help")) {
            return Main.print(RunFlags.help());
        }
        boolean onTerminal = Console.isTerminal(0) && Console.isTerminal(1);
        MachineConfig config = new RunArguments(flags, System.getenv(), onTerminal, false).config();
        try (Machine machine = new Machine(config)) {
            if (rehearse) {
                machine.rehearse(Training.command(Training.REHEARSAL));
            }
            return machine.run(program -> {});
        }
    }
}
