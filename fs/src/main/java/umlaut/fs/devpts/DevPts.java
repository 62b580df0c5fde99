package umlaut.fs.devpts;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.MountFlags;
import umlaut.abi.OpenFlags;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.Task;
import umlaut.kernel.tty.Ptys;
import umlaut.kernel.tty.TtyDevices;
import umlaut.kernel.tty.TtyFile;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.SuperBlock;

/**
 * One devpts instance. The nodes come and go with their masters, so names are looked up anew on every walk. The first instance serves the device
 * numbers of /dev/ptmx and of copies of its nodes.
 */
final class DevPts extends SuperBlock {
    static final long ROOT_INO = 1;
    static final long PTMX_INO = 2;
    private static final long FIRST_PTY_INO = 3;

    final Kernel kernel;
    final Ptys ptys;
    final DevPtsOptions options;
    private final DevPtsDirectory root;
    private final DevPtsNode ptmx;

    @GuardedBy("this") private final Map<Integer, DevPtsNode> nodes = new HashMap<>();

    DevPts(Kernel kernel, DevPtsOptions options, long device, boolean readOnly) {
        super("devpts", device, readOnly);
        this.kernel = kernel;
        this.options = options;
        this.ptys = new Ptys(kernel, this::openPeer);
        this.root = new DevPtsDirectory(this);
        this.ptmx =
                new DevPtsNode(this, PTMX_INO, options.ptmxMode, DeviceTable.number(TtyDevices.MAJOR, TtyDevices.PTMX));
        DeviceTable devices = kernel.vfs.devices();
        devices.registerChar(TtyDevices.MAJOR, TtyDevices.PTMX, "/dev/ptmx", this::openMaster);
        devices.registerChar(
                Ptys.MAJOR,
                DeviceTable.ALL_MINORS,
                "pts",
                (task, path, inode, flags) -> ptys.openSlave(task, path, inode, flags, DeviceTable.minor(inode.rdev)));
    }

    private File openMaster(@Nullable Task task, Path path, Inode inode, int flags) {
        return ptys.openMaster(task, path, inode, flags);
    }

    private File openPeer(Task task, int number, int flags) {
        DevPtsNode node = node(number);
        Ptys.Pty pty = ptys.get(number);
        if (node == null || pty == null) {
            throw Errno.EIO.exception();
        }
        return TtyFile.open(pty.tty(), task, null, node, flags & ~OpenFlags.O_CLOEXEC);
    }

    DevPtsNode ptmx() {
        return ptmx;
    }

    /** The slave's node: the same inode as long as the pty lives. */
    synchronized @Nullable DevPtsNode node(int number) {
        Ptys.Pty pty = ptys.get(number);
        DevPtsNode node = nodes.get(number);
        if (pty == null) {
            nodes.remove(number);
            return null;
        }
        if (node == null || node.btime != pty.createdNs()) {
            node = new DevPtsNode(this, FIRST_PTY_INO + number, options.mode, DeviceTable.number(Ptys.MAJOR, number));
            node.uid = options.uid != -1 ? options.uid : pty.uid();
            node.gid = options.gid != -1 ? options.gid : pty.gid();
            node.setTimes(pty.createdNs());
            nodes.put(number, node);
        }
        return node;
    }

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public boolean revalidates() {
        return true;
    }

    @Override
    public StatfsInfo statfs() {
        return new StatfsInfo(MountFlags.DEVPTS_SUPER_MAGIC, 4096, 0, 0, 0, 0, 0, 255);
    }

    @Override
    public String showOptions() {
        return options.show();
    }
}
