package umlaut.fs.support;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.engine.scripted.ScriptedEngine;
import umlaut.fs.tmpfs.TmpFs;
import umlaut.fs.tmpfs.TmpFsOptions;
import umlaut.kernel.Kernel;
import umlaut.kernel.KernelConfig;
import umlaut.kernel.KernelLog;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.HostPageStore;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.time.HostClock;
import umlaut.kernel.trace.Tracer;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/** Works on inodes as the VFS would, without tasks and mounts. */
public final class TestTree {
    private TestTree() {}

    public static Kernel kernel() {
        HostClock clock = new HostClock();
        ScriptedEngine engine = new ScriptedEngine((fd, offset, length) -> {
            throw new IllegalStateException("no host files");
        });
        KernelConfig config = new KernelConfig("test", "guest", 1 << 28, 2, 100);
        return new Kernel(
                engine,
                config,
                clock,
                new KernelLog(clock, entry -> {}),
                new HostPageStore("test", 1 << 22),
                Tracer.OFF);
    }

    public static TmpFs tmpfs(Kernel kernel) {
        return new TmpFs(
                kernel,
                "tmpfs",
                TmpFsOptions.defaults(kernel.config.memoryBytes()),
                kernel.vfs.anonymousDevice(),
                false);
    }

    /** Does something with a directory's lock held. */
    public static <T> T locked(Inode directory, java.util.function.Supplier<T> action) {
        directory.lock.lock();
        try {
            return action.get();
        } finally {
            directory.lock.unlock();
        }
    }

    public static void lockedRun(Inode directory, Runnable action) {
        locked(directory, () -> {
            action.run();
            return null;
        });
    }

    public static Inode find(Inode from, String path) {
        Inode here = from;
        for (String name : path.split("/")) {
            Inode directory = here;
            here = here == null ? null : locked(here, () -> directory.lookup(name));
        }
        return here;
    }

    public static Inode create(Inode directory, String name, String text) {
        Inode made = locked(directory, () -> directory.create(name, Mode.S_IFREG | 0644, 0, Credentials.ROOT));
        write(made, text);
        return made;
    }

    public static Inode mkdir(Inode directory, String name) {
        return locked(directory, () -> directory.mkdir(name, 0755, Credentials.ROOT));
    }

    public static void unlink(Inode directory, String name) {
        Inode victim = find(directory, name);
        lockedRun(directory, () -> directory.unlink(name, victim));
        victim.evictIfUnused();
    }

    public static void rmdir(Inode directory, String name) {
        Inode victim = find(directory, name);
        lockedRun(directory, () -> directory.rmdir(name, victim));
        victim.evictIfUnused();
    }

    public static File open(Inode inode, int flags) {
        return inode.open(null, null, flags);
    }

    public static String read(File file) {
        return read(file, 1 << 20, 0);
    }

    public static String read(File file, int most, long offset) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(most);
            long n = file.read(null, new IovIter().kernel(room, 0, most), offset);
            if (n < 0) {
                throw Errno.of((int) -n).exception();
            }
            return new String(room.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        }
    }

    public static String read(Inode inode) {
        File file = open(inode, OpenFlags.O_RDONLY);
        try {
            return read(file);
        } finally {
            file.release();
        }
    }

    public static long write(File file, String text, long offset) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            MemorySegment room = arena.allocate(bytes.length + 1);
            MemorySegment.copy(bytes, 0, room, ValueLayout.JAVA_BYTE, 0, bytes.length);
            return file.write(null, new IovIter().kernel(room, 0, bytes.length), offset);
        }
    }

    public static void write(Inode inode, String text) {
        File file = open(inode, OpenFlags.O_RDWR);
        try {
            write(file, text, 0);
        } finally {
            file.release();
        }
    }

    /** Names without "." and "..", as listed, in pieces of two entries. */
    public static List<String> list(Inode directory) {
        List<String> names = new ArrayList<>();
        File file = open(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        long position = -1;
        for (long next = 0; next != position; ) {
            position = next;
            file.setPosition(position);
            next = list(file, 2, names);
        }
        file.release();
        names.removeIf(name -> name.equals(".") || name.equals(".."));
        return names;
    }

    /** Adds at most {@code room} entries from the file's position on. @return the position behind them */
    public static long list(File directory, int room, List<String> names) {
        int most = names.size() + room;
        long[] position = {directory.position()};
        directory.readDirectory(null, new DirectorySink() {
            @Override
            public long position() {
                return position[0];
            }

            @Override
            public boolean add(String name, long ino, int type, long next) {
                if (names.size() == most) {
                    return false;
                }
                position[0] = next;
                names.add(name);
                return true;
            }
        });
        return position[0];
    }

    /** The error an action ends with; null if it ends well. */
    public static Errno error(Runnable action) {
        try {
            action.run();
            return null;
        } catch (ErrnoException e) {
            return e.errno();
        }
    }
}
