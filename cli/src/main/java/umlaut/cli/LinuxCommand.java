package umlaut.cli;

import java.util.List;
import java.util.Map;
import umlaut.fs.proc.KernelConfiguration;
import umlaut.kernel.UtsName;
import umlaut.machine.Machine;
import umlaut.machine.MachineConfig;
import umlaut.machine.MachineException;
import umlaut.machine.NetworkConfig;
import umlaut.machine.uml.CommandLine;
import umlaut.machine.uml.UmlConfig;
import umlaut.machine.uml.UmlHelp;

/** {@code linux [kernel arguments]}, User-mode Linux's command line; also {@code umlaut linux ...}. */
final class LinuxCommand {
    private static final long MS_PER_S = 1000;

    private LinuxCommand() {}

    /** @param args the whole command line, "linux" first. @return the exit status */
    static int run(List<String> args) {
        List<String> words = args.subList(1, args.size());
        for (String word : words) {
            switch (word) {
                case "--help" -> {
                    return Main.print(UmlHelp.TEXT);
                }
                case "--version" -> {
                    return Main.print(UtsName.RELEASE + "\n");
                }
                case "--showconfig" -> {
                    return Main.print(KernelConfiguration.text());
                }
                case "--" -> {
                    return boot(words);
                }
                default -> {}
            }
        }
        return boot(words);
    }

    private static int boot(List<String> words) {
        CommandLine.Parsed parsed = CommandLine.parse(GuestText.words(words, words.size()), System.getenv());
        MachineConfig config = config(parsed);
        while (true) {
            int status;
            boolean again;
            try (Machine machine = new Machine(config)) {
                status = machine.run(program -> {});
                again = machine.wantsRestart();
            } catch (MachineException e) {
                if (e.exitStatus != MachineException.PANIC) {
                    throw e;
                }
                status = e.exitStatus;
                again = false;
                tell(parsed.config(), e);
            }
            if (status == MachineException.PANIC && parsed.config().panicSeconds() != 0) {
                again = true;
                sleep(parsed.config().panicSeconds());
            }
            if (!again || parsed.config().noReboot()) {
                return status;
            }
        }
    }

    /** A panic is on the console; who has that elsewhere is told here. */
    private static void tell(UmlConfig config, MachineException e) {
        String console = config.console().replace("ttyS", "ssl").replace("tty", "con");
        String channel = config.lines().getOrDefault(console, console.equals("con0") ? "fd:1" : "");
        if (!channel.contains("fd:1")
                && !channel.contains("fd:2")
                && !config.printk().stderr()) {
            System.err.println("linux: " + e.getMessage());
        }
    }

    private static void sleep(int seconds) {
        if (seconds > 0) {
            try {
                Thread.sleep(seconds * MS_PER_S);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static MachineConfig config(CommandLine.Parsed parsed) {
        String umid = parsed.config().identity().umid();
        return new MachineConfig(
                umid == null ? "linux" : umid,
                "",
                null,
                true,
                "(none)",
                false,
                List.of(),
                null,
                Map.of(),
                null,
                null,
                List.of(),
                List.of(),
                Map.of(),
                false,
                parsed.memoryBytes(),
                parsed.cpus(),
                0,
                Map.of(),
                NetworkConfig.none(),
                true,
                parsed.config(),
                null);
    }
}
