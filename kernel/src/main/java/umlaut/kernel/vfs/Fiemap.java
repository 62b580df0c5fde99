package umlaut.kernel.vfs;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.kernel.task.Task;

/**
 * FS_IOC_FIEMAP and FIBMAP: where a file lies on its device (Linux: fs/ioctl.c, ioctl_fiemap, ioctl_fibmap; fs/iomap/fiemap.c; Documentation/filesystems/fiemap.rst). What is found is given to
 * the program one extent behind, since the last one must say so.
 */
final class Fiemap {
    /** struct fiemap, and struct fiemap_extent. */
    private static final int START = 0, LENGTH = 8, FLAGS = 16, MAPPED = 20, COUNT = 24, HEADER = 32;

    private static final int LOGICAL = 0, PHYSICAL = 8, EXTENT_LENGTH = 16, EXTENT_FLAGS = 40, EXTENT = 56;
    private static final int FLAG_SYNC = 1;
    private static final int EXTENT_LAST = 1;
    private static final long MOST_EXTENTS = 0xffff_ffffL / EXTENT;

    private final Task task;
    private final long array;
    private final long room;
    private long mapped;
    private boolean holding;
    private long logical, physical, length;
    private int flags;

    private Fiemap(Task task, long array, long room) {
        this.task = task;
        this.array = array;
        this.room = room;
    }

    static long fiemap(Task task, File file, long argument) {
        Inode inode = file.inode();
        if (!inode.mapsExtents()) {
            return Errno.EOPNOTSUPP.negative();
        }
        MemorySegment in = task.memory.struct(argument, HEADER);
        long start = Le.getLong(in, START);
        long length = Le.getLong(in, LENGTH);
        int flags = Le.getInt(in, FLAGS);
        long count = Le.getUnsignedInt(in, COUNT);
        if (count > MOST_EXTENTS || length == 0) {
            return Errno.EINVAL.negative();
        }
        if ((flags & ~FLAG_SYNC) != 0) {
            task.memory.putInt(argument + FLAGS, flags & ~FLAG_SYNC);
            return Errno.EBADR.negative();
        }
        if (start < 0) {
            return Errno.EFBIG.negative();
        }
        if ((flags & FLAG_SYNC) != 0) {
            file.sync(false);
        }
        long most = Long.MAX_VALUE - start;
        Fiemap result = new Fiemap(task, argument + HEADER, count);
        inode.extents(start, length < 0 || length > most ? most : length, result::found);
        result.give(EXTENT_LAST);
        task.memory.putInt(argument + MAPPED, (int) result.mapped);
        return 0;
    }

    /** @return whether there is room for another */
    private boolean found(long at, long where, long bytes, int kind) {
        if (!give(0)) {
            return false;
        }
        logical = at;
        physical = where;
        length = bytes;
        flags = kind;
        holding = true;
        return true;
    }

    /** Gives the one held back to the program, which may only want to know how many there are. */
    private boolean give(int more) {
        if (!holding) {
            return true;
        }
        holding = false;
        if (room > 0) {
            if (mapped == room) {
                return false;
            }
            MemorySegment out = task.memory.build(EXTENT);
            Le.putLong(out, LOGICAL, logical);
            Le.putLong(out, PHYSICAL, physical);
            Le.putLong(out, EXTENT_LENGTH, length);
            Le.putInt(out, EXTENT_FLAGS, flags | more);
            task.memory.write(array + mapped * EXTENT, out, 0, EXTENT);
        }
        mapped++;
        return room == 0 || mapped < room;
    }

    /** The number of the block that a block of the file lies in; 0: a hole. */
    static long fibmap(Task task, File file, long argument) {
        Inode inode = file.inode();
        int block = task.memory.getInt(argument);
        long[] place = new long[1];
        int size = inode.blockSize();
        if (block < 0 || !inode.mapsExtents()) {
            task.memory.putInt(argument, 0);
            return Errno.EINVAL.negative();
        }
        try {
            inode.extents((long) block * size, size, (at, where, bytes, kind) -> {
                place[0] = where / size;
                return false;
            });
        } catch (ErrnoException e) {
            return e.errno().negative();
        }
        boolean fits = place[0] <= Integer.MAX_VALUE;
        task.memory.putInt(argument, fits ? (int) place[0] : 0);
        return fits ? 0 : Errno.ERANGE.negative();
    }
}
