package umlaut.cli;

import java.util.List;
import umlaut.machine.Console;
import umlaut.machine.Machine;
import umlaut.machine.MachineConfig;

/** {@code umlaut run}. */
final class RunCommand {
    private RunCommand() {}

    /** @param args the whole command line, "run" first. @return the exit status */
    static int run(List<String> args) {
        Flags flags = new Flags(RunFlags.table());
        flags.parse(args, 1);
        if (flags.isSet("--help")) {
            return Main.print(RunFlags.help());
        }
        boolean onTerminal = Console.isTerminal(0) && Console.isTerminal(1);
        MachineConfig config = new RunArguments(flags, System.getenv(), onTerminal).config();
        try (Machine machine = new Machine(config)) {
            return machine.run();
        }
    }
}
