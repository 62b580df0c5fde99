package umlaut.fs.ext4;

import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;
import umlaut.kernel.task.Task;

/** ioctl(2) on files of ext4: generation numbers and FITRIM (Linux: fs/ext4/ioctl.c). */
final class Ext4Ioctl {
    private static final int FS_IOC_GETVERSION = 0x80087601, FITRIM = 0xc0185879;

    private Ext4Ioctl() {}

    static long perform(Ext4Inode inode, Task task, int command, long argument) {
        switch (command) {
            case FS_IOC_GETVERSION -> task.memory.putInt(argument, Bytes.i32(inode.raw, Ext4Inode.GENERATION));
            case FITRIM -> {
                if (!task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
                    return Errno.EPERM.negative();
                }
                task.memory.putLong(argument + 8, inode.fs.trim(task.memory.getLong(argument + 16)));
            }
            default -> {
                return Errno.ENOTTY.negative();
            }
        }
        return 0;
    }
}
