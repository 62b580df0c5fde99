package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Dirent64;
import umlaut.abi.Errno;
import umlaut.abi.InotifyFlags;
import umlaut.kernel.task.Task;

/** getdents(2) and getdents64(2) (Linux: fs/readdir.c). */
public final class DirectoryCalls {
    private DirectoryCalls() {}

    public static long getdents64(Task task, int fd, long buffer, int count) {
        return list(task, fd, buffer, count, false);
    }

    public static long getdents(Task task, int fd, long buffer, int count) {
        return list(task, fd, buffer, count, true);
    }

    private static long list(Task task, int fd, long buffer, int count, boolean old) {
        File file = task.files().holdOpen(fd);
        try {
            Inode inode = file.inode();
            if (!inode.isDirectory()) {
                return Errno.ENOTDIR.negative();
            }
            boolean locked = ReadWrite.lockPosition(task, file);
            try {
                int room = (int) Math.min(Integer.toUnsignedLong(count), FileScratch.ROOM);
                Packer packer = new Packer(task.fileScratch.room(), room, file.position(), old);
                if (removed(file, inode)) {
                    return Errno.ENOENT.negative();
                }
                Notify.mayRead(task.kernel.vfs, file);
                file.readDirectory(task, packer);
                Times.accessed(file, task);
                Notify.file(task.kernel.vfs, InotifyFlags.IN_ACCESS, file);
                if (packer.used == 0) {
                    return packer.full ? Errno.EINVAL.negative() : 0;
                }
                task.memory.write(buffer, packer.out, 0, packer.used);
                file.setPosition(packer.position);
                return packer.used;
            } finally {
                ReadWrite.unlockPosition(file, locked);
            }
        } finally {
            file.release();
        }
    }

    /** A removed directory lists nothing, not even itself. */
    private static boolean removed(File file, Inode inode) {
        Path path = file.path;
        return path != null && path.dentry().isDeleted() && inode.nlink == 0;
    }

    /** Packs struct linux_dirent64, or the older struct linux_dirent with the type behind the name. */
    private static final class Packer implements DirectorySink {
        final MemorySegment out;
        private final int room;
        private final boolean old;
        private long position;
        private int used;
        private boolean full;

        Packer(MemorySegment out, int room, long position, boolean old) {
            this.out = out;
            this.room = room;
            this.position = position;
            this.old = old;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public boolean add(String name, long ino, int type, long next) {
            if (Dirent64.recordLength(name.length(), old) > room - used) {
                full = true;
                return false;
            }
            used += Dirent64.write(out, used, ino, next, type, name, old);
            position = next;
            return true;
        }
    }
}
