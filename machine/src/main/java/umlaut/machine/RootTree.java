package umlaut.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.host.Layouts;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/** Writes a small tree into a file system that is not mounted yet: what a machine adds to its image. */
@SuppressWarnings("NullAway") // no task, and no place in a tree yet: tmpfs asks for neither
final class RootTree {
    private final Inode root;

    /** @param root of a writable file system nobody uses yet */
    RootTree(Inode root) {
        this.root = root;
    }

    /** Makes a directory, and those above it as 0755 where they are missing. */
    Inode directory(String path, int mode) {
        Inode made = walk(path);
        made.mode = Mode.S_IFDIR | mode;
        return made;
    }

    void file(String path, int mode, String text) {
        int slash = path.lastIndexOf('/');
        Inode directory = walk(path.substring(0, Math.max(slash, 0)));
        Inode made = locked(
                directory, () -> directory.create(path.substring(slash + 1), Mode.S_IFREG | mode, 0, Credentials.ROOT));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        File file = made.open(null, null, OpenFlags.O_WRONLY);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocateFrom(Layouts.BYTE, bytes);
            if (bytes.length > 0 && file.write(null, new IovIter().kernel(data, 0, bytes.length), 0) < bytes.length) {
                throw Errno.ENOSPC.exception();
            }
        } finally {
            file.release();
        }
    }

    void symlink(String path, String target) {
        int slash = path.lastIndexOf('/');
        Inode directory = walk(path.substring(0, Math.max(slash, 0)));
        locked(directory, () -> directory.symlink(path.substring(slash + 1), target, Credentials.ROOT));
    }

    private Inode walk(String path) {
        Inode at = root;
        for (String name : path.split("/")) {
            if (!name.isEmpty()) {
                Inode parent = at;
                at = locked(parent, () -> {
                    Inode there = parent.lookup(name);
                    return there != null ? there : parent.mkdir(name, 0755, Credentials.ROOT);
                });
            }
        }
        return at;
    }

    private static Inode locked(Inode directory, java.util.function.Supplier<Inode> action) {
        directory.lock.lock();
        try {
            return action.get();
        } finally {
            directory.lock.unlock();
        }
    }
}
