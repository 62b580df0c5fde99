package umlaut.kernel.system;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import umlaut.abi.AtFlags;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * swapon(2), swapoff(2) (Linux: mm/swapfile.c). Areas are checked, claimed, counted and shown; nothing comes to be written to them, since the guest's memory is the
 * host's, which has its own swap.
 */
public final class SwapAreas {
    private static final int KNOWN_FLAGS = 0x7ffff;
    private static final int FLAG_PREFER = 0x8000, PRIORITY_MASK = 0x7fff;
    /** MAX_SWAPFILES of a kernel that has all special kinds of entries. */
    private static final int MOST = 23;

    private static final int MAGIC = Limits.PAGE_SIZE - 10, VERSION = 1024, LAST_PAGE = 1028, BAD_PAGES = 1032;
    private static final byte[] SIGNATURE = "SWAPSPACE2".getBytes(StandardCharsets.US_ASCII);

    private record Area(File file, long pages, int priority) {}

    @GuardedBy("this") private final List<Area> areas = new ArrayList<>();

    /** The next that asks for no priority of its own gets one less. */
    @GuardedBy("this") private int least = -1;

    long on(Task task, long path, int flags) {
        if ((flags & ~KNOWN_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        if (!task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            return Errno.EPERM.negative();
        }
        String name = task.memory.path(path);
        synchronized (this) {
            if (areas.size() >= MOST) {
                return Errno.EPERM.negative();
            }
        }
        File file = open(task, name);
        try {
            claim(task, file, flags);
            return 0;
        } catch (ErrnoException e) {
            file.release();
            throw e;
        }
    }

    private static File open(Task task, String name) {
        return task.kernel.vfs.open(task, AtFlags.AT_FDCWD, name, OpenFlags.O_RDWR | OpenFlags.O_LARGEFILE, 0);
    }

    private void claim(Task task, File file, int flags) {
        Inode inode = file.inode();
        if (inode.swap) {
            throw Errno.EBUSY.exception();
        }
        boolean block = Mode.isBlock(inode.mode);
        if (!block && !(inode.isRegular() && inode.mapsExtents())) {
            throw Errno.EINVAL.exception();
        }
        long pages = pages(task, file);
        if (!block && holes(inode, pages)) {
            throw Errno.EINVAL.exception();
        }
        synchronized (this) {
            int priority = (flags & FLAG_PREFER) != 0 ? flags & PRIORITY_MASK : --least;
            inode.swap = true;
            areas.add(new Area(file, pages, priority));
        }
    }

    /** How many pages the header promises (read_swap_header). @throws ErrnoException EINVAL */
    private static long pages(Task task, File file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(Limits.PAGE_SIZE, 8);
            long got = file.read(task, new IovIter().kernel(header, 0, Limits.PAGE_SIZE), 0);
            byte[] magic = Le.getBytes(header, MAGIC, SIGNATURE.length);
            long last = Le.getUnsignedInt(header, LAST_PAGE);
            boolean fits = got == Limits.PAGE_SIZE
                    && java.util.Arrays.equals(magic, SIGNATURE)
                    && Le.getInt(header, VERSION) == 1
                    && last > Le.getUnsignedInt(header, BAD_PAGES)
                    && (!file.inode().isRegular() || last < file.inode().size / Limits.PAGE_SIZE);
            if (!fits) {
                throw Errno.EINVAL.exception();
            }
            return last - Le.getUnsignedInt(header, BAD_PAGES);
        }
    }

    /** Blocks must be there before they are needed (generic_swapfile_activate). */
    private static boolean holes(Inode inode, long pages) {
        long wanted = (pages + 1) * Limits.PAGE_SIZE;
        long[] mapped = new long[1];
        inode.extents(0, wanted, (logical, physical, length, flags) -> {
            mapped[0] += length;
            return true;
        });
        return mapped[0] < wanted;
    }

    long off(Task task, long path) {
        if (!task.credentials().capable(Capability.CAP_SYS_ADMIN)) {
            return Errno.EPERM.negative();
        }
        File file = open(task, task.memory.path(path));
        Area found = null;
        try {
            synchronized (this) {
                for (Area area : areas) {
                    found = area.file.inode() == file.inode() ? area : found;
                }
                areas.remove(found);
            }
        } finally {
            file.release();
        }
        if (found == null) {
            return Errno.EINVAL.negative();
        }
        found.file.inode().swap = false;
        found.file.release();
        return 0;
    }

    /** Pages in all areas, for sysinfo(2) and /proc/meminfo. */
    public synchronized long totalPages() {
        long sum = 0;
        for (Area area : areas) {
            sum += area.pages;
        }
        return sum;
    }

    /** /proc/swaps. */
    public synchronized String text(Task reader) {
        StringBuilder text = new StringBuilder("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
        for (Area area : areas) {
            Path path = reader.kernel.vfs.pathOf(area.file);
            String name = path.display(reader.fs().root()).replace(" ", "\\040");
            boolean block = Mode.isBlock(area.file.inode().mode);
            long kib = area.pages * (Limits.PAGE_SIZE >> 10);
            text.append(name).repeat(' ', name.length() < 40 ? 40 - name.length() : 1);
            text.append(block ? "partition" : "file\t").append('\t').append(kib).append(kib < 10_000_000 ? "\t" : "");
            text.append("\t0\t\t").append(area.priority).append('\n');
        }
        return text.toString();
    }
}
