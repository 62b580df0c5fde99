package umlaut.machine;

import org.jspecify.annotations.Nullable;
import umlaut.abi.OpenFlags;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ipc.Fifos;
import umlaut.kernel.task.Task;
import umlaut.kernel.tty.ConsoleBridge;
import umlaut.kernel.tty.Tty;
import umlaut.kernel.tty.TtyDevices;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.FifoOpener;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.SuperBlock;

/**
 * What the first process has as descriptors 0, 1 and 2: a terminal of the guest's, joined to the user's, or the host's own streams.
 */
final class GuestConsole implements AutoCloseable {
    private static final int AT_FDCWD = -100;
    private static final int STREAMS = 3;
    private static final long NULL_DEVICE = 0x103;

    private final @Nullable HostTerminal terminal;
    private final @Nullable HostPoller poller;
    private final File @Nullable [] streams;

    private GuestConsole(@Nullable HostTerminal terminal, @Nullable HostPoller poller, File @Nullable [] streams) {
        this.terminal = terminal;
        this.poller = poller;
        this.streams = streams;
    }

    static GuestConsole open(Kernel kernel, MachineConfig config, Credentials who) {
        if (config.boot()) {
            // Its getty wants terminals, whatever stands behind them.
            return new GuestConsole(new HostTerminal(new ConsoleBridge(VirtualTerminals.register(kernel))), null, null);
        }
        if (config.terminal()) {
            Tty tty = new Tty(kernel, "console", DeviceTable.number(TtyDevices.MAJOR, TtyDevices.CONSOLE));
            TtyDevices.register(kernel.vfs.devices(), tty);
            // Whoever logs in on a terminal owns it, as login(1) sees to.
            Inode node = kernel.vfs
                    .lookup(LookupContext.kernel(kernel.vfs.namespace()), "/dev/console", 0)
                    .inode();
            node.uid = who.fsuid();
            return new GuestConsole(new HostTerminal(new ConsoleBridge(tty)), null, null);
        }
        TtyDevices.register(kernel.vfs.devices(), null);
        FifoOpener fifos = new Fifos();
        // /dev/stdin and the like lead back to the streams, which look like FIFOs to the VFS.
        kernel.vfs.setFifoOpener((task, path, inode, flags) -> inode instanceof HostStreamInode stream
                ? stream.open(task, path, flags)
                : fifos.open(task, path, inode, flags));
        HostPoller poller = new HostPoller();
        SuperBlock fs = new HostStreamFs(kernel.vfs.anonymousDevice());
        File[] streams = new File[STREAMS];
        for (int fd = 0; fd < STREAMS; fd++) {
            HostChannel channel = new HostChannel(fd, fd != 0, poller);
            HostStreamInode inode = new HostStreamInode(fs, fd + 2, channel, who);
            streams[fd] = inode.stream(who);
        }
        return new GuestConsole(null, poller, streams);
    }

    @Nullable HostTerminal terminal() {
        return terminal;
    }

    /** Puts descriptors 0, 1 and 2 into the first process; a terminal becomes its controlling one. */
    void giveTo(Task task) {
        FileTable files = task.files();
        long limit = Long.MAX_VALUE;
        File[] given = streams;
        if (given == null) {
            File first = task.kernel.vfs.open(task, AT_FDCWD, "/dev/console", OpenFlags.O_RDWR, 0);
            files.install(first, false, 0, limit);
            files.install(first.acquire(), false, 0, limit);
            files.install(first.acquire(), false, 0, limit);
            return;
        }
        for (int fd = 0; fd < STREAMS; fd++) {
            HostStreamInode inode = (HostStreamInode) given[fd].inode();
            boolean nothing = inode.channel.rdev == NULL_DEVICE;
            files.install(
                    nothing ? task.kernel.vfs.open(task, AT_FDCWD, "/dev/null", given[fd].flags(), 0) : given[fd],
                    false,
                    0,
                    limit);
        }
    }

    @Override
    public void close() {
        HostTerminal joined = terminal;
        if (joined != null) {
            joined.close();
        }
        HostPoller watching = poller;
        if (watching != null) {
            watching.close();
        }
    }
}
