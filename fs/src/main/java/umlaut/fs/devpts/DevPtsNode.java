package umlaut.fs.devpts;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** A node of devpts: ptmx or a slave. Opened through its device number, as all device nodes. */
final class DevPtsNode extends Inode {
    DevPtsNode(DevPts fs, long ino, int permissions, long device) {
        super(fs, ino, Mode.S_IFCHR | permissions);
        rdev = device;
        setTimes(fs.kernel.clock.realtimeNs());
    }

    void setTimes(long ns) {
        atime = ns;
        mtime = ns;
        ctime = ns;
        btime = ns;
    }

    @Override
    public int blockSize() {
        return 1024;
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        throw Errno.ENXIO.exception();
    }
}
