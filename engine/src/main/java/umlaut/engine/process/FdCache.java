package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Scratch;

/**
 * Which host files a service thread has open, by device, inode and whether for writing. The numbers are the JVM's choice. An inode cannot be reused
 * while it is open there, so the key is safe. A child process inherits its parent's files and thus a copy of this.
 */
final class FdCache {
    static final int SLOTS = 24;

    private final long[] device = new long[SLOTS];
    private final long[] inode = new long[SLOTS];
    private final boolean[] writable = new boolean[SLOTS];
    private final long[] lastUse = new long[SLOTS];
    private long clock;

    FdCache() {}

    FdCache(FdCache parent) {
        System.arraycopy(parent.device, 0, device, 0, SLOTS);
        System.arraycopy(parent.inode, 0, inode, 0, SLOTS);
        System.arraycopy(parent.writable, 0, writable, 0, SLOTS);
        System.arraycopy(parent.lastUse, 0, lastUse, 0, SLOTS);
        clock = parent.clock;
    }

    /** Finds the slot of the JVM's open file {@code hostFd}. @return slot, or -1-slot to put it in, or Integer.MIN_VALUE if it is no open file */
    int find(int hostFd, boolean forWriting) {
        MemorySegment stat = Scratch.inner();
        if (Files.fstat(hostFd, stat) != 0) {
            return Integer.MIN_VALUE;
        }
        long dev = stat.get(Layouts.LONG, 0);
        long ino = stat.get(Layouts.LONG, 8);
        int oldest = 0;
        for (int i = 0; i < SLOTS; i++) {
            if (lastUse[i] != 0 && inode[i] == ino && device[i] == dev && writable[i] == forWriting) {
                lastUse[i] = ++clock;
                return i;
            }
            oldest = lastUse[i] < lastUse[oldest] ? i : oldest;
        }
        device[oldest] = dev;
        inode[oldest] = ino;
        writable[oldest] = forWriting;
        lastUse[oldest] = ++clock;
        return -1 - oldest;
    }

    /** The file could not be opened there after all. */
    void forget(int slot) {
        lastUse[slot] = 0;
    }

    /** Descriptor number in the service thread of a slot. */
    static int number(int slot) {
        return 1 + slot;
    }

    /** Adds the opening of a host file to the batch if the service thread does not have it open. @return its slot, or -1 */
    int open(Service service, int hostFd, boolean writable, NativeEngine engine) {
        int file = find(hostFd, writable);
        if (file == Integer.MIN_VALUE) {
            return -1;
        }
        if (file < 0) {
            file = -1 - file;
            if (!writable && engine.commonFiles.opened(device[file], inode[file], hostFd)) {
                engine.openCommonFiles();
            }
            long path = service.string(64 * (service.size() & 63), engine.fdDirectory + hostFd);
            int flags = (writable ? Files.O_RDWR : Files.O_RDONLY) | Files.O_CLOEXEC;
            service.add(Order.OPEN_AT, number(file), path, flags, 0, 0, 0);
        }
        return file;
    }
}
