package umlaut.block;

import org.jspecify.annotations.Nullable;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** /dev/loop-control, open. */
final class LoopControl extends File {
    private final LoopDevices loops;
    private final Inode inode;

    LoopControl(LoopDevices loops, @Nullable Task task, Path path, Inode inode, int flags) {
        super(path, flags, task == null ? Credentials.ROOT : task.credentials());
        this.loops = loops;
        this.inode = inode;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public long ioctl(Task task, int command, long argument) {
        return loops.control(command, argument);
    }
}
