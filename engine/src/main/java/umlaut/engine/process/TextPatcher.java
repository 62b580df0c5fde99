package umlaut.engine.process;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import umlaut.engine.patch.PatchedText;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Memory;
import umlaut.host.Scratch;

/**
 * Patched copies of program text, shared by all guests of an engine: a memfd each, the text followed by its island. A text is patched in the background once
 * its system calls have trapped often enough; from then on it is mapped in place of the file. A copy stands for the file's contents as they were: files that
 * may change unseen are compared each time.
 */
final class TextPatcher {
    /** Traps in a text, in all processes together, that make it worth patching. */
    private static final int TRAPS = 24;

    private static final long MAX_TEXT = 64 << 20;
    private static final long MAX_ALL = 512 << 20;
    private static final int MAX_TEXTS = 1024;
    private static final long TMPFS_MAGIC = 0x01021994;

    private record Key(long device, long inode, long offset, long length, long distance, long modified, long changed) {}

    /** One text: its copy, once there is one. */
    static final class Entry {
        private final AtomicInteger traps = new AtomicInteger();
        final long distance;
        private volatile @Nullable PatchedText patched;
        private volatile int fd = -1;
        /** What the text was before it was patched, once a traced program wanted it. */
        private volatile int originalFd = -1;

        Entry(long distance) {
            this.distance = distance;
        }

        /** Null while there is no copy. */
        @Nullable PatchedText patched() {
            return patched;
        }

        int fd() {
            return fd;
        }
    }

    private final Map<Key, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final ThreadPoolExecutor builder;

    TextPatcher() {
        builder = new ThreadPoolExecutor(1, 1, 2, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            Thread thread = new Thread(null, work, "umlaut-patcher", 256 << 10);
            thread.setDaemon(true);
            return thread;
        });
        builder.allowCoreThreadTimeOut(true);
    }

    /** The entry of a part of an open file that is to be mapped for execution, or null if it will not be patched. */
    @Nullable Entry find(int hostFd, long offset, long length, long distance) {
        MemorySegment stat = Scratch.inner();
        if (length > MAX_TEXT || Files.fstat(hostFd, stat) != 0) {
            return null;
        }
        long modified = stat.get(Layouts.LONG, 88) * 1_000_000_007 + stat.get(Layouts.LONG, 96);
        long changed = stat.get(Layouts.LONG, 104) * 1_000_000_007 + stat.get(Layouts.LONG, 112);
        long device = stat.get(Layouts.LONG, 0);
        long inode = stat.get(Layouts.LONG, 8);
        boolean stable = (Files.fcntl(hostFd, 3, 0) & 3) == Files.O_RDONLY && !isTmpfs(hostFd);
        Key key = new Key(device, inode, offset, length, distance, stable ? modified : 0, stable ? changed : 0);
        Entry entry = entries.get(key);
        if (entry != null && entry.patched != null && !stable && !isStill(entry, hostFd, offset, length)) {
            entries.remove(key, entry);
            entry = null;
        }
        if (entry == null && entries.size() < MAX_TEXTS) {
            entry = new Entry(distance);
            Entry other = entries.putIfAbsent(key, entry);
            entry = other != null ? other : entry;
        }
        return entry;
    }

    private static boolean isTmpfs(int fd) {
        MemorySegment statfs = Scratch.inner();
        return Files.fstatfs(fd, statfs) != 0 || statfs.get(Layouts.LONG, 0) == TMPFS_MAGIC;
    }

    private static boolean isStill(Entry entry, int hostFd, long offset, long length) {
        PatchedText patched = entry.patched;
        if (patched == null || patched.textLength() != length) {
            return false;
        }
        long file = Memory.mmap(0, length, Memory.PROT_READ, Memory.MAP_SHARED, hostFd, offset);
        long copy = Memory.mmap(0, length, Memory.PROT_READ, Memory.MAP_SHARED, entry.fd, 0);
        try {
            return !HostCalls.isError(file)
                    && !HostCalls.isError(copy)
                    && patched.isCopyOf(
                            MemorySegment.ofAddress(file).reinterpret(length),
                            MemorySegment.ofAddress(copy).reinterpret(length));
        } catch (InternalError e) {
            return false; // the file is shorter than that
        } finally {
            Memory.munmap(file, length);
            Memory.munmap(copy, length);
        }
    }

    /** Tells that a system call of this text, mapped unpatched at {@code address}, has trapped. */
    void trapped(Entry entry, NativeAddressSpace space, long address, long length) {
        if (entry.traps.incrementAndGet() == TRAPS && bytes.addAndGet(length) < MAX_ALL) {
            try {
                builder.execute(() -> build(entry, space, address, length));
            } catch (OutOfMemoryError e) { // no thread for it: the text stays as it is for now
                entry.traps.set(0);
                bytes.addAndGet(-length);
            }
        }
    }

    /** Nobody can have written to a private mapping without PROT_WRITE, so what is mapped is the file. */
    private void build(Entry entry, NativeAddressSpace space, long address, long length) {
        byte[] text = new byte[(int) length];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(length);
            // The last page may lie behind the end of the file and then reads short; nothing is executed there.
            if (space.read(address, copy, 0, length) <= 0) {
                entry.traps.set(0);
                bytes.addAndGet(-length);
                return;
            }
            MemorySegment.copy(copy, Layouts.BYTE, 0, text, 0, text.length);
        }
        PatchedText.Built built = PatchedText.of(text, entry.distance, Area.ENTRY);
        if (built == null) {
            return;
        }
        long size = length + built.island().length;
        long fd = Memory.memfd("umlaut-text", Memory.MFD_CLOEXEC);
        if (fd < 0 || Files.ftruncate((int) fd, size) != 0) {
            return;
        }
        MemorySegment map = Memory.map((int) fd, 0, size, Memory.PROT_READ | Memory.PROT_WRITE);
        MemorySegment.copy(built.text(), 0, map, Layouts.BYTE, 0, text.length);
        MemorySegment.copy(built.island(), 0, map, Layouts.BYTE, length, built.island().length);
        Memory.munmap(map);
        entry.fd = (int) fd;
        entry.patched = built.patched();
    }

    /** A file of the unpatched text of an entry that has a patched copy. @return its descriptor, or -1 */
    int original(Entry entry) {
        PatchedText patched = entry.patched;
        if (patched == null) {
            return -1;
        }
        synchronized (entry) {
            if (entry.originalFd >= 0) {
                return entry.originalFd;
            }
            long length = patched.textLength();
            long fd = Memory.memfd("umlaut-text", Memory.MFD_CLOEXEC);
            if (fd < 0 || Files.ftruncate((int) fd, length) != 0) {
                return -1;
            }
            MemorySegment copy = Memory.map(entry.fd, 0, length, Memory.PROT_READ);
            MemorySegment map = Memory.map((int) fd, 0, length, Memory.PROT_READ | Memory.PROT_WRITE);
            MemorySegment.copy(copy, 0, map, 0, length);
            patched.forEachOriginal(
                    (offset, bytes) -> MemorySegment.copy(bytes, 0, map, Layouts.BYTE, offset, bytes.length));
            Memory.munmap(map);
            Memory.munmap(copy);
            entry.originalFd = (int) fd;
            return (int) fd;
        }
    }

    void close() {
        builder.shutdownNow();
        for (Entry entry : entries.values()) {
            if (entry.originalFd >= 0) {
                Files.close(entry.originalFd);
            }
            if (entry.fd >= 0) {
                Files.close(entry.fd);
            }
        }
        entries.clear();
    }
}
