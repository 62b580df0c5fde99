package umlaut.cli;

import java.util.ArrayList;
import java.util.List;
import umlaut.machine.Console;
import umlaut.machine.Machine;
import umlaut.machine.MachineConfig;

/** {@code umlaut run}. */
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
        List<String> args = new ArrayList<>(List.of("run", "--"));
        args.addAll(Training.command(Training.ALL));
        return run(args, false);
    }

    private static int run(List<String> args, boolean rehearse) {
        Flags flags = new Flags(RunFlags.table());
        flags.parse(args, 1);
        if (flags.isSet("--help")) {
            return Main.print(RunFlags.help());
        }
        boolean onTerminal = Console.isTerminal(0) && Console.isTerminal(1);
        MachineConfig config = new RunArguments(flags, System.getenv(), onTerminal).config();
        try (Machine machine = new Machine(config)) {
            if (rehearse) {
                machine.rehearse(Training.command(Training.REHEARSAL));
            }
            return machine.run();
        }
    }
}
