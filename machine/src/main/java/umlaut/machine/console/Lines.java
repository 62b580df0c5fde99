package umlaut.machine.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.fs.dev.DevTmpFsType;
import umlaut.fs.dev.DevTree;
import umlaut.kernel.Kernel;
import umlaut.kernel.tty.TtyDevices;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.Inode;
import umlaut.machine.uml.UmlConfig;

/**
 * A User-mode Linux's consoles, /dev/tty0 to tty15, and serial lines, /dev/ttyS0 to ttyS63, by the names that its command line and mconsole have for them: con0, ssl63 (Linux:
 * arch/um/drivers/stdio_console.c, ssl.c). One of them is /dev/console, and shows the kernel's log.
 */
public final class Lines implements Screen, AutoCloseable {
    private static final int MAJOR = 4, SERIAL_MINOR = 64, MODE = Mode.S_IFCHR | 0620;
    private static final int CONSOLES = 16, SERIAL_LINES = 64;
    private static final String STANDARD = "fd:0,fd:1";

    private final Kernel kernel;
    private final UmlConfig config;
    private final KernelConsole log;
    private final PortChannel.Listeners listeners = new PortChannel.Listeners();
    private final List<Line> consoles = new ArrayList<>();
    private final List<Line> serial = new ArrayList<>();
    private final Line console;

    /** Makes the devices, opens the console and shows the log on it. */
    public Lines(Kernel kernel, UmlConfig config, KernelConsole log) {
        this.kernel = kernel;
        this.config = config;
        this.log = log;
        Inode dev = ((DevTmpFsType) kernel.vfs.type("devtmpfs")).root();
        add(dev, consoles, "tty", 0, CONSOLES);
        add(dev, serial, "ttyS", SERIAL_MINOR, SERIAL_LINES);
        console = find(config.console());
        setUp("con", consoles, "con0", System.getenv("DISPLAY") == null ? "null" : "xterm");
        setUp("ssl", serial, "", "pty");
        // It never becomes anybody's controlling terminal by being opened (tty_open).
        TtyDevices.registerConsole(
                kernel.vfs.devices(),
                (task, path, inode, flags) -> console.open(task, path, inode, flags | OpenFlags.O_NOCTTY));
        console.attach();
        kernel.log.info("Console initialized on /dev/" + console.name);
        kernel.log.info("printk: console [" + console.name + "] enabled");
        log.add(this::print);
        kernel.procFiles.text(
                "consoles", t -> "%-20s -W- (EC p a)    %d:%d%n".formatted(console.name, console.major, console.minor));
    }

    private void add(Inode dev, List<Line> to, String prefix, int firstMinor, int count) {
        DeviceTable devices = kernel.vfs.devices();
        for (int i = 0; i < count; i++) {
            int minor = firstMinor + i;
            Line line = new Line(kernel, prefix + i, DeviceTable.number(MAJOR, minor), MAJOR, minor, log::flush);
            to.add(line);
            DevTree.node(dev, line.name, MODE, MAJOR, minor);
            devices.registerChar(MAJOR, minor, prefix.equals("tty") ? "tty" : "ttyS", line::open);
        }
    }

    private Line find(String name) {
        boolean isSerial = name.startsWith("ttyS");
        int number = Integer.parseInt(name.substring(isSerial ? 4 : 3));
        List<Line> all = isSerial ? serial : consoles;
        if (number >= all.size()) {
            kernel.log.error("console=" + name + ": no such terminal; tty0 takes its place");
            return consoles.getFirst();
        }
        return all.get(number);
    }

    /** @param first the one that {@code fallback} and what is said for all others are not for */
    private void setUp(String kind, List<Line> all, String first, String fallback) {
        Map<String, String> given = config.lines();
        String common = given.getOrDefault(kind, fallback);
        boolean failed = false;
        for (int i = 0; i < all.size(); i++) {
            String name = kind + i;
            boolean own = name.equals(first) || given.containsKey(name);
            if (failed && !own) {
                continue; // said once
            }
            try {
                configure(all.get(i), name, given.getOrDefault(name, own ? STANDARD : common));
            } catch (ChannelException e) {
                failed |= !own;
                kernel.log.error("Failed to initialize " + (own ? name : kind) + ", error \"" + e.getMessage() + "\"");
            }
        }
    }

    private void configure(Line line, String name, String text) {
        line.setChannel(text.equals("none") ? null : channel(line, name, text));
    }

    /** @throws ChannelException for what is no channel */
    private Channel channel(Line line, String name, String text) {
        int comma = text.indexOf(',');
        return comma < 0
                ? one(line, name, text)
                : new PairChannel(
                        one(line, name, text.substring(0, comma)), one(line, name, text.substring(comma + 1)));
    }

    private Channel one(Line line, String name, String text) {
        int colon = text.indexOf(':');
        String word = colon < 0 ? text : text.substring(0, colon);
        String argument = colon < 0 ? "" : text.substring(colon + 1);
        boolean isSerial = name.startsWith("ssl");
        return switch (word) {
            case "null", "none" -> new NullChannel();
            case "fd" -> new FdChannel(argument);
            case "port" -> new PortChannel(argument, listeners, line::resized);
            case "pty", "pts" ->
                new PtyChannel(
                        word,
                        device -> kernel.log.info((isSerial ? "Serial line " : "Virtual console ") + name.substring(3)
                                + " assigned device '" + device + "'"));
            case "tty" -> new TtyChannel(argument);
            case "xterm" ->
                new XtermChannel(
                        config.xterm(),
                        (isSerial ? "Serial Line #" : "Virtual Console #") + name.substring(3) + " ("
                                + kernel.config.name() + ")");
            default -> {
                if (text.startsWith("/dev/")) {
                    yield new TtyChannel(text);
                }
                throw new ChannelException("No match for configured backends: '" + text + "'");
            }
        };
    }

    private boolean print(byte[] lines) {
        if (console.channel() instanceof NullChannel) {
            return true;
        }
        HostTerminal terminal = console.terminal();
        if (terminal != null) {
            terminal.print(lines);
        }
        return terminal != null;
    }

    // --- mconsole ---

    /** @param name con0, ssl63. @return null if it is the name of no line */
    private @Nullable Line byName(String name) {
        if (!name.matches("(con|ssl)\\d{1,3}")) {
            return null;
        }
        List<Line> all = name.startsWith("con") ? consoles : serial;
        int number = Integer.parseInt(name.substring(3));
        return number < all.size() ? all.get(number) : null;
    }

    /**
     * What a line leads to.
     *
     * @throws ChannelException with the mconsole's words
     */
    public String configuration(String name) {
        Channel channel = existing(name).channel();
        return channel == null ? "none" : channel.text();
    }

    private Line existing(String name) {
        Line line = byName(name);
        if (line == null) {
            throw new ChannelException(
                    name.matches("(con|ssl)\\d+") ? "Device number out of range" : "Couldn't parse device number");
        }
        return line;
    }

    /** Has a line lead somewhere else, "none" for nowhere. @throws ChannelException with the mconsole's words */
    public void configure(String name, String text) {
        Line line = existing(name);
        if (line.isOpen()) {
            throw new ChannelException("Device is already open");
        }
        Channel old = line.channel();
        configure(line, name, text);
        if (old != null) {
            old.close();
        }
    }

    // --- the host's terminals ---

    @Override
    public void resize() {
        forTerminals(HostTerminal::resize);
    }

    @Override
    public void resumed() {
        forTerminals(HostTerminal::resumed);
    }

    private void forTerminals(Consumer<HostTerminal> action) {
        for (List<Line> all : List.of(consoles, serial)) {
            for (Line line : all) {
                HostTerminal terminal = line.terminal();
                if (terminal != null) {
                    action.accept(terminal);
                }
            }
        }
    }

    /** Shows what the guest's programs have written. */
    public void finish() {
        forTerminals(HostTerminal::finish);
    }

    @Override
    public void close() {
        consoles.forEach(Line::close);
        serial.forEach(Line::close);
        listeners.close();
    }
}
