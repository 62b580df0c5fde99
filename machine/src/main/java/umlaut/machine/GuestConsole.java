package umlaut.machine;

import org.jspecify.annotations.Nullable;
import umlaut.abi.OpenFlags;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.tty.ConsoleBridge;
import umlaut.kernel.tty.Tty;
import umlaut.kernel.tty.TtyDevices;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.LookupContext;
import umlaut.machine.console.HostTerminal;

/**
 * What the first process has as descriptors 0, 1 and 2: a terminal of the guest's, joined to the user's or left to somebody else to show, or streams of the host's.
 */
final class GuestConsole implements AutoCloseable {
    private static final int AT_FDCWD = -100;
    private static final int STREAMS = 3;

    private final @Nullable Tty tty;
    private final @Nullable File[] streams;
    private @Nullable HostTerminal terminal;

    private GuestConsole(@Nullable Tty tty, @Nullable File[] streams) {
        this.tty = tty;
        this.streams = streams;
    }

    /** On this process's own standard streams. */
    static GuestConsole own(Kernel kernel, MachineConfig config, HostStreams host, Credentials who) {
        Tty tty = terminal(kernel, config, who);
        GuestConsole console = new GuestConsole(tty, tty == null ? host.own(who) : new File[0]);
        if (tty != null) {
            console.terminal = new HostTerminal(new ConsoleBridge(tty));
        }
        return console;
    }

    /** Somebody else shows the terminal, if the guest has one. @param given what the first process has if it has not */
    static GuestConsole detached(
            Kernel kernel, MachineConfig config, HostStreams host, Credentials who, Streams given) {
        Tty tty = terminal(kernel, config, who);
        return new GuestConsole(tty, tty == null ? host.given(given, who) : new File[0]);
    }

    private static @Nullable Tty terminal(Kernel kernel, MachineConfig config, Credentials who) {
        if (config.boot()) {
            // Its getty wants terminals, whatever stands behind them.
            return VirtualTerminals.register(kernel);
        }
        if (!config.terminal()) {
            TtyDevices.register(kernel.vfs.devices(), null);
            return null;
        }
        Tty tty = new Tty(kernel, "console", DeviceTable.number(TtyDevices.MAJOR, TtyDevices.CONSOLE));
        TtyDevices.register(kernel.vfs.devices(), tty);
        // Whoever logs in on a terminal owns it, as login(1) sees to.
        Inode node = kernel.vfs
                .lookup(LookupContext.kernel(kernel.vfs.namespace()), "/dev/console", 0)
                .inode();
        node.uid = who.fsuid();
        return tty;
    }

    /** The user's, if that is joined to the guest's. */
    @Nullable HostTerminal terminal() {
        return terminal;
    }

    /** For somebody else to show; null: the guest has none. */
    @Nullable GuestTerminal farSide() {
        Tty far = tty;
        return far == null ? null : new GuestTerminal(new ConsoleBridge(far), null);
    }

    /** Puts descriptors 0, 1 and 2 into the first process; a terminal becomes its controlling one. */
    void giveTo(Task task) {
        if (tty == null) {
            HostStreams.giveTo(task, streams);
        } else {
            giveTerminal(task, "/dev/console");
        }
    }

    /** Opens a terminal thrice, the first time as the controlling one of the task, which leads a session. */
    static void giveTerminal(Task task, String path) {
        FileTable files = task.files();
        File first = task.kernel.vfs.open(task, AT_FDCWD, path, OpenFlags.O_RDWR, 0);
        for (int i = 0; i < STREAMS; i++) {
            files.install(i == 0 ? first : first.acquire(), false, 0, Long.MAX_VALUE);
        }
    }

    @Override
    public void close() {
        HostTerminal joined = terminal;
        if (joined != null) {
            joined.close();
        }
    }
}
