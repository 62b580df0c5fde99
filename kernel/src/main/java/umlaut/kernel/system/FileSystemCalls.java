package umlaut.kernel.system;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.abi.MountFlags;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.FileSystemType;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Mount;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.SuperBlock;

/** sysfs(2), which numbers the file system types, and ustat(2) (fs/filesystems.c, fs/statfs.c): System V's, and out of use; quotactl(2). */
final class FileSystemCalls {
    /** struct ustat: f_tfree, f_tinode, and two names that stay empty. */
    private static final int USTAT_SIZE = 32, FREE_INODES = 8;

    private static final int QUOTA_TYPE = 0xff, MAXQUOTAS = 3, QUOTA_COMMAND_SHIFT = 8, Q_SYNC = 0x800001;

    private FileSystemCalls() {}

    static long sysfs(Task task, int option, long first, long second) {
        List<FileSystemType> types = new ArrayList<>(task.kernel.vfs.types());
        switch (option) {
            case 1 -> {
                String name = task.memory.path(first);
                if (name.isEmpty()) {
                    return Errno.ENOENT.negative();
                }
                for (int i = 0; i < types.size(); i++) {
                    if (types.get(i).name().equals(name)) {
                        return i;
                    }
                }
                return Errno.EINVAL.negative();
            }
            case 2 -> {
                int index = (int) first;
                if (index < 0 || index >= types.size()) {
                    return Errno.EINVAL.negative();
                }
                byte[] name = (types.get(index).name() + "\0").getBytes(StandardCharsets.ISO_8859_1);
                task.memory.putBytes(second, name);
                return 0;
            }
            case 3 -> {
                return types.size();
            }
            default -> {
                return Errno.EINVAL.negative();
            }
        }
    }

    static long ustat(Task task, int device, long buffer) {
        // new_decode_dev: eight low bits of the minor number, twelve of the major, the rest of the minor.
        long wanted = umlaut.kernel.vfs.DeviceTable.number(device >> 8 & 0xfff, device & 0xff | device >> 12 & 0xfff00);
        SuperBlock found = superBlock(task, wanted);
        if (found == null) {
            return Errno.EINVAL.negative();
        }
        SuperBlock.StatfsInfo info = found.statfs();
        MemorySegment out = task.memory.build(USTAT_SIZE);
        Le.putInt(out, 0, (int) info.free());
        Le.putLong(out, FREE_INODES, info.filesFree());
        task.memory.write(buffer, out);
        return 0;
    }

    // --- quotactl(2), quotactl_fd(2): no file system here counts blocks for users (fs/quota/quota.c) ---

    static long quotactl(Task task, int command, long special) {
        if ((command & QUOTA_TYPE) >= MAXQUOTAS) {
            return Errno.EINVAL.negative();
        }
        if (special == 0) {
            return command >>> QUOTA_COMMAND_SHIFT == Q_SYNC ? 0 : Errno.ENODEV.negative();
        }
        Path path = task.kernel.vfs.lookup(task, AtFlags.AT_FDCWD, task.memory.path(special), 0);
        Inode inode = path.inode();
        if (!Mode.isBlock(inode.mode)) {
            return Errno.ENOTBLK.negative();
        }
        if (path.mount().has(MountFlags.MS_NODEV)) {
            return Errno.EACCES.negative();
        }
        return (superBlock(task, inode.rdev) == null ? Errno.ENODEV : Errno.ENOSYS).negative();
    }

    static long quotactlFd(Task task, int fd, int command) {
        if (task.files().lookup(fd) == null) {
            return Errno.EBADF.negative();
        }
        return ((command & QUOTA_TYPE) >= MAXQUOTAS ? Errno.EINVAL : Errno.ENOSYS).negative();
    }

    private static @Nullable SuperBlock superBlock(Task task, long device) {
        for (Mount mount : task.kernel.vfs.namespace().mounts()) {
            if (mount.superBlock.device == device) {
                return mount.superBlock;
            }
        }
        return null;
    }
}
