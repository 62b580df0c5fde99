package umlaut.machine.uml;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a kernel's command line as User-mode Linux does (Linux: arch/um/kernel/um_arch.c, init/main.c; bootparam(7)): its own options first, then those that any Linux has; unknown words go to init as
 * arguments, unknown name=value pairs as variables, and what is behind "--" as arguments whatever it is. The last of several counts.
 */
public final class CommandLine {
    private static final String DEFAULT_ROOT = "98:0", DEFAULT_CONSOLE = "tty0", DEFAULT_FILE = "root_fs";
    private static final int DEFAULT_LEVEL = 7, QUIET_LEVEL = 4, DEBUG_LEVEL = 10, MOST_LEVEL = 15;
    private static final int CONSOLES = 16, SERIAL_LINES = 64;
    private static final int MOST_UMID = 63;

    private final Map<String, String> environment;
    private final List<String> shown = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();

    private @Nullable String umid;
    private @Nullable String notify;
    private String directory = "~/.uml";
    private final TreeMap<Integer, UbdDisk> disks = new TreeMap<>();
    private @Nullable String root;
    private @Nullable String rootType;
    private String rootOptions = "";
    private boolean readOnly = true;
    private final Map<String, String> lines = new LinkedHashMap<>();
    private @Nullable String console;
    private UmlConfig.Xterm xterm = new UmlConfig.Xterm("x-terminal-emulator", "-T", "-e");
    private final Map<String, NetSpec> networks = new LinkedHashMap<>();
    private @Nullable String rootInit;
    private String initrdInit = "/init";
    private final List<String> initArguments = new ArrayList<>();
    private final Map<String, String> initEnvironment = new LinkedHashMap<>();
    private @Nullable Path initrd;
    private final Map<String, Path> memory = new LinkedHashMap<>();
    private UmlConfig.HostRoot hostRoot = new UmlConfig.HostRoot(Path.of("/"), false);
    private int level = DEFAULT_LEVEL;
    private boolean stderr;
    private int panicSeconds;
    private boolean noReboot;
    private UmlConfig.TimeMode timeMode = UmlConfig.TimeMode.REAL;
    private long startSeconds = -1;
    private long memoryBytes;
    private int cpus;

    private CommandLine(Map<String, String> environment) {
        this.environment = environment;
        initEnvironment.put("HOME", "/");
        initEnvironment.put("TERM", "linux");
    }

    /** What the command line says of memory and processors, too: 0 where it says nothing. */
    public record Parsed(UmlConfig config, long memoryBytes, int cpus) {}

    /** @param environment HOME is taken from it, for names that begin with a tilde */
    public static Parsed parse(List<String> arguments, Map<String, String> environment) {
        CommandLine line = new CommandLine(environment);
        int separator = arguments.indexOf("--");
        List<String> own = separator < 0 ? arguments : arguments.subList(0, separator);
        for (String argument : own) {
            line.take(argument);
        }
        if (separator >= 0) {
            line.shown.addAll(arguments.subList(separator, arguments.size()));
            line.initArguments.addAll(arguments.subList(separator + 1, arguments.size()));
        }
        return line.finish();
    }

    private Parsed finish() {
        if (!unknown.isEmpty()) {
            problems.addFirst("Unknown kernel command line parameters \"" + String.join(" ", unknown)
                    + "\", will be passed to user space.");
        }
        if (root == null) {
            shown.add("root=" + DEFAULT_ROOT);
        }
        if (console == null) {
            shown.add("console=" + DEFAULT_CONSOLE);
        }
        if (!disks.containsKey(0) && Files.exists(Path.of(DEFAULT_FILE))) {
            disks.put(0, UbdDisk.parse("0=" + DEFAULT_FILE).disk());
        }
        List<String> variables = new ArrayList<>();
        initEnvironment.forEach((name, value) -> variables.add(name + "=" + value));
        UmlConfig config = new UmlConfig(
                String.join(" ", shown),
                new UmlConfig.Identity(umid, path(directory), notify),
                disks,
                new UmlConfig.Root(root == null ? DEFAULT_ROOT : root, rootType, rootOptions, readOnly),
                lines,
                console == null ? DEFAULT_CONSOLE : console,
                xterm,
                List.copyOf(networks.values()),
                rootInit,
                initrdInit,
                initArguments,
                variables,
                initrd,
                memory,
                hostRoot,
                new UmlConfig.Printk(level, stderr),
                panicSeconds,
                noReboot,
                new UmlConfig.TimeTravel(timeMode, startSeconds),
                problems);
        return new Parsed(config, memoryBytes, cpus);
    }

    private void take(String argument) {
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        String value = equals < 0 ? "" : argument.substring(equals + 1);
        try {
            if (takeHidden(name, value)) {
                return;
            }
            shown.add(argument);
            if (!takeDevice(argument, name, value) && !takeBoot(name, value) && !takeKernel(name, value)) {
                passOn(argument, equals);
            }
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
        }
    }

    /** Those that /proc/cmdline does not show. */
    private boolean takeHidden(String name, String value) {
        switch (name) {
            case "umid" -> {
                if (value.isEmpty() || value.length() > MOST_UMID || value.indexOf('/') >= 0 || value.startsWith(".")) {
                    throw new IllegalArgumentException("umid '" + value + "' is no name of a machine");
                }
                umid = value;
            }
            case "uml_dir" -> {
                if (value.isEmpty()) {
                    throw new IllegalArgumentException("uml_dir can't be an empty string");
                }
                directory = value;
            }
            case "xterm" -> {
                String[] words = value.split(",", -1);
                xterm = new UmlConfig.Xterm(
                        words[0],
                        words.length > 1 && !words[1].isEmpty() ? words[1] : xterm.titleSwitch(),
                        words.length > 2 && !words[2].isEmpty() ? words[2] : xterm.execSwitch());
            }
            case "iomem" -> {
                int comma = value.indexOf(',');
                if (comma <= 0) {
                    throw new IllegalArgumentException("uml_iomem_setup: iomem=<name>,<file>, not '" + value + "'");
                }
                memory.put(value.substring(0, comma), path(value.substring(comma + 1)));
            }
            case "noreboot" -> noReboot = true;
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean takeDevice(String argument, String name, String value) {
        if (argument.startsWith("ubd")) {
            takeUbd(argument.substring(3), value);
        } else if (name.matches("(con|ssl)\\d*") && argument.indexOf('=') > 0) {
            takeLine(name, value);
        } else if (name.matches("eth\\d+") && argument.indexOf('=') > 0) {
            NetSpec spec = NetSpec.eth(name.substring(3), value);
            networks.put(spec.name(), spec);
        } else if (argument.matches("vec\\d+:.*")) {
            int colon = argument.indexOf(':');
            NetSpec spec = NetSpec.vec(argument.substring(3, colon), argument.substring(colon + 1));
            networks.put(spec.name(), spec);
        } else if (name.startsWith("udb")) {
            throw new IllegalArgumentException("'udb' passed on command line -> did you mean 'ubd'?");
        } else {
            return false;
        }
        return true;
    }

    private void takeUbd(String text, String value) {
        if (!text.startsWith("=")) {
            UbdDisk.Numbered disk = UbdDisk.parse(text);
            disks.put(disk.number(), disk.disk());
        } else if (!value.equals("sync") && !value.matches("\\d+") && !value.equals("mmap")) {
            throw new IllegalArgumentException("ubd=" + value + ": only \"sync\" or a device's major number goes here");
        }
    }

    private void takeLine(String name, String value) {
        String number = name.substring(3);
        int most = name.startsWith("con") ? CONSOLES : SERIAL_LINES;
        if (!number.isEmpty() && (number.length() > 3 || Integer.parseInt(number) >= most)) {
            throw new IllegalArgumentException("Failed to set up " + name.substring(0, 3)
                    + " with configuration string \"" + number + "=" + value + "\" : Device number out of range");
        }
        String key = name.substring(0, 3) + (number.isEmpty() ? "" : Integer.parseInt(number));
        lines.put(key, value);
    }

    private boolean takeBoot(String name, String value) {
        switch (name) {
            case "root" -> root = value;
            case "rootfstype" -> rootType = value;
            case "rootflags" -> rootOptions = value;
            case "ro" -> readOnly = true;
            case "rw" -> readOnly = false;
            case "init" -> {
                rootInit = value;
                forgetArguments();
            }
            case "rdinit" -> {
                initrdInit = value;
                forgetArguments();
            }
            case "initrd" -> initrd = path(value);
            case "mem" -> memoryBytes = size("mem", value);
            case "ncpus", "maxcpus", "nr_cpus" -> cpus = number(name, value, 1, 4096);
            case "console" -> takeConsole(value);
            case "hostfs" -> {
                String[] words = value.split(",", -1);
                boolean append = List.of(words).subList(1, words.length).contains("append");
                hostRoot = new UmlConfig.HostRoot(words[0].isEmpty() ? Path.of("/") : path(words[0]), append);
            }
            case "mconsole" -> {
                if (!value.startsWith("notify:")) {
                    throw new IllegalArgumentException("mconsole_setup : Unknown option - '" + value + "'");
                }
                notify = value.substring("notify:".length());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Words before init= were for another one. */
    private void forgetArguments() {
        unknown.removeAll(initArguments);
        initArguments.clear();
    }

    private boolean takeKernel(String name, String value) {
        switch (name) {
            case "quiet" -> level = QUIET_LEVEL;
            case "debug" -> level = DEBUG_LEVEL;
            case "loglevel" -> level = number(name, value, 0, MOST_LEVEL);
            case "ignore_loglevel" -> level = MOST_LEVEL + 1;
            case "stderr" -> stderr = !value.equals("0");
            case "panic" -> panicSeconds = number(name, value, -1, Integer.MAX_VALUE);
            case "time-travel" -> takeTime(value);
            case "time-travel-start" -> startSeconds = wholeNumber(name, value);
            default -> {
                return KnownOptions.has(name);
            }
        }
        return true;
    }

    private void takeConsole(String value) {
        // "tty0,115200" is as good as "tty0".
        String name = value.split(",", 2)[0];
        if (name.matches("tty(S)?\\d{1,2}")) {
            console = name;
        } else if (!name.equals("null") && !name.isEmpty()) {
            throw new IllegalArgumentException(
                    "console=" + value + ": no such terminal (tty0 to tty15, ttyS0 to ttyS63)");
        }
    }

    private void takeTime(String value) {
        if (value.isEmpty()) {
            timeMode = UmlConfig.TimeMode.BASIC;
        } else if (value.equals("inf-cpu")) {
            timeMode = UmlConfig.TimeMode.INFINITE_CPU;
        } else if (value.startsWith("ext:")) {
            throw new IllegalArgumentException(
                    "time-travel=ext: controllers of other machines' time are not supported");
        } else {
            throw new IllegalArgumentException("time-travel=" + value + ": only inf-cpu is known");
        }
    }

    private void passOn(String argument, int equals) {
        String name = equals < 0 ? argument : argument.substring(0, equals);
        if (name.indexOf('.') >= 0) {
            return; // a module's
        }
        if (equals < 0) {
            initArguments.add(argument);
        } else {
            initEnvironment.put(name, argument.substring(equals + 1));
        }
        unknown.add(argument);
    }

    private static int number(String name, String value, int least, int most) {
        long number = wholeNumber(name, value);
        if (number < least || number > most) {
            throw new IllegalArgumentException(name + "=" + value + " is out of range");
        }
        return (int) number;
    }

    private static long wholeNumber(String name, String value) {
        try {
            return Long.decode(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + "='" + value + "' is no number");
        }
    }

    /** memparse(): a number with a power of 1,024 behind it. */
    public static long size(String name, String value) {
        int last = value.length() - 1;
        int shift = last < 0
                ? 0
                : switch (value.charAt(last)) {
                    case 'k', 'K' -> 10;
                    case 'm', 'M' -> 20;
                    case 'g', 'G' -> 30;
                    case 't', 'T' -> 40;
                    default -> 0;
                };
        long number = wholeNumber(name, shift == 0 ? value : value.substring(0, last));
        if (number <= 0 || number > Long.MAX_VALUE >> shift + 1) {
            throw new IllegalArgumentException(name + "=" + value + " is no amount of memory (64M, 2G)");
        }
        return number << shift;
    }

    private Path path(String text) {
        String home = environment.get("HOME");
        boolean tilde = home != null && (text.equals("~") || text.startsWith("~/"));
        return Path.of(tilde ? home + text.substring(1) : text).toAbsolutePath();
    }
}
