package umlaut.machine.mconsole;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The commands of the management console, found by what a request begins with, in this order (uml_mconsole(1)). */
final class Commands {
    static final String HELP = """
            Commands:\040
                version - Get kernel version\040
                help - Print this message\040
                halt - Halt UML\040
                reboot - Reboot UML\040
                config <dev>=<config> - Add a new device to UML;\040
            \tsame syntax as command line\040
                config <dev> - Query the configuration of a device\040
                remove <dev> - Remove a device from UML\040
                sysrq <letter> - Performs the SysRq action controlled by the letter\040
                cad - invoke the Ctrl-Alt-Del handler\040
                stop - pause the UML; it will do nothing until it receives a 'go'\040
                go - continue the UML after a 'stop'\040
                log <string> - make UML enter <string> into the kernel log
                proc <file> - returns the contents of the UML's /proc/<file>
                stack <pid> - returns the stack of the specified pid
            """;

    private static final int MOST_DIGITS = 7;

    private final Hardware hardware;
    private final Map<String, Function<String, Reply>> table = new LinkedHashMap<>();
    private boolean stopped;

    Commands(Hardware hardware) {
        this.hardware = hardware;
        table.put("version", rest -> Reply.ok(hardware.version()));
        table.put("halt", rest -> done(hardware::halt));
        table.put("reboot", rest -> done(hardware::reboot));
        table.put("config", this::config);
        table.put("remove", this::remove);
        table.put("sysrq", rest -> Reply.ok(hardware.sysrq(rest.isEmpty() ? 'h' : rest.charAt(0))));
        table.put("help", rest -> Reply.ok(HELP));
        table.put("cad", rest -> done(hardware::ctrlAltDel));
        table.put("stop", rest -> stop());
        table.put("go", rest -> go());
        table.put("log", rest -> done(() -> hardware.log(rest)));
        table.put("proc", rest -> Reply.ok("\n" + hardware.proc(rest)));
        table.put("stack", this::stack);
    }

    Reply carryOut(String text) {
        for (Map.Entry<String, Function<String, Reply>> command : table.entrySet()) {
            if (text.startsWith(command.getKey())) {
                try {
                    return command.getValue()
                            .apply(text.substring(command.getKey().length()).strip());
                } catch (MconsoleException e) {
                    return Reply.error(e.line);
                }
            }
        }
        return Reply.error("Unknown command");
    }

    private static Reply done(Runnable action) {
        action.run();
        return Reply.ok("");
    }

    private Reply stop() {
        if (stopped) {
            return Reply.error("Already stopped");
        }
        hardware.stop();
        stopped = true;
        return Reply.ok("stopped");
    }

    private Reply go() {
        if (!stopped) {
            return Reply.error("Not stopped");
        }
        hardware.go();
        stopped = false;
        return Reply.ok("");
    }

    private Reply stack(String rest) {
        String digits = rest.split("\\s", 2)[0];
        if (!digits.matches("\\d{1," + MOST_DIGITS + "}")) {
            return Reply.error("Please specify a pid");
        }
        return Reply.ok(hardware.stack(Integer.parseInt(digits)));
    }

    private Hardware.@Nullable Kind kind(String device) {
        for (Hardware.Kind kind : hardware.kinds()) {
            if (device.startsWith(kind.prefix())) {
                return kind;
            }
        }
        return null;
    }

    private Reply config(String device) {
        Hardware.Kind kind = kind(device);
        if (kind == null) {
            return Reply.error("Bad configuration option");
        }
        String rest = device.substring(kind.prefix().length());
        if (rest.indexOf('=') < 0) {
            return Reply.ok(kind.get(rest));
        }
        kind.set(rest);
        return Reply.ok("");
    }

    private Reply remove(String device) {
        Hardware.Kind kind = kind(device);
        if (kind == null) {
            return Reply.error("Bad remove option");
        }
        kind.remove(device.substring(kind.prefix().length()));
        return Reply.ok("");
    }
}
