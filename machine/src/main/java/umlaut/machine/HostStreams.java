package umlaut.machine;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import umlaut.abi.OpenFlags;
import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ipc.Fifos;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.FifoOpener;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.SuperBlock;

/** Makes files of a guest from descriptors of the host: what programs started from outside have as standard streams. One a machine. */
final class HostStreams implements AutoCloseable {
    private static final int AT_FDCWD = -100;
    private static final int COUNT = 3;
    private static final long NULL_DEVICE = 0x103;

    private final HostPoller poller = new HostPoller();
    private final SuperBlock fs;
    private final AtomicLong inodes = new AtomicLong(2);

    HostStreams(Kernel kernel) {
        fs = new HostStreamFs(kernel.vfs.anonymousDevice());
        FifoOpener fifos = new Fifos();
        // /dev/stdin and the like lead back to the streams, which look like FIFOs to the VFS.
        kernel.vfs.setFifoOpener((task, path, inode, flags) -> inode instanceof HostStreamInode stream
                ? stream.open(task, path, flags)
                : fifos.open(task, path, inode, flags));
    }

    /** This process's own 0, 1 and 2, which stay open. */
    @Nullable File[] own(Credentials who) {
        return open(new Streams(0, 1, 2), false, who);
    }

    /** Descriptors that are the guest's from now on. */
    @Nullable File[] given(Streams streams, Credentials who) {
        return open(streams, true, who);
    }

    private @Nullable File[] open(Streams streams, boolean owned, Credentials who) {
        @Nullable File[] files = new File[COUNT];
        for (int i = 0; i < COUNT; i++) {
            int fd = streams.fd(i);
            if (fd >= 0) {
                HostChannel channel = new HostChannel(fd, i != 0, poller, owned);
                files[i] = new HostStreamInode(fs, inodes.getAndIncrement(), channel, who).stream(who);
            }
        }
        return files;
    }

    /** Puts them into a process that has no descriptors yet. */
    static void giveTo(Task task, @Nullable File[] files) {
        FileTable table = task.files();
        for (int i = 0; i < COUNT; i++) {
            File given = files[i];
            boolean nothing = given == null
                    || given.inode() instanceof HostStreamInode inode && inode.channel.rdev == NULL_DEVICE;
            int flags = given != null ? given.flags() : i == 0 ? OpenFlags.O_RDONLY : OpenFlags.O_WRONLY;
            if (nothing && given != null) {
                given.release();
            }
            File file = given == null || nothing ? task.kernel.vfs.open(task, AT_FDCWD, "/dev/null", flags, 0) : given;
            table.install(file, false, 0, Long.MAX_VALUE);
        }
    }

    /** Ends the waiting for the host's descriptors. */
    @Override
    public void close() {
        poller.close();
    }
}
