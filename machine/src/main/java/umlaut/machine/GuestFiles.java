package umlaut.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.LookupContext;
import umlaut.machine.image.FileAttributes;

/**
 * The files of a running guest as its root sees them, for those outside: paths are the guest's, and lead nowhere else. Names are Latin-1, a byte a character. Each method may fail with {@link MachineException}, whose message
 * says what the guest's kernel says.
 */
public final class GuestFiles {
    private static final int CHUNK = 64 << 10;

    private final Kernel kernel;
    private final LookupContext root;

    GuestFiles(Kernel kernel) {
        this.kernel = kernel;
        root = LookupContext.kernel(kernel.vfs.namespace());
    }

    /**
     * What stands at a path.
     *
     * @param mode type and permissions
     * @param link where a symbolic link leads; empty for others
     * @param fileSystem tells file systems apart
     */
    public record Entry(
            int mode,
            long size,
            String link,
            long device,
            int links,
            long ino,
            long fileSystem,
            FileAttributes attributes) {
        public boolean isDirectory() {
            return Mode.isDir(mode);
        }
    }

    /** @param follow a symbolic link at the end. @return null if nothing is there */
    public @Nullable Entry find(String path, boolean follow) {
        try {
            Inode inode = kernel.vfs
                    .lookup(root, path, follow ? 0 : AtFlags.AT_SYMLINK_NOFOLLOW)
                    .inode();
            inode.refresh();
            Map<String, byte[]> xattrs = new LinkedHashMap<>();
            FileAttributes attributes =
                    new FileAttributes(inode.mode & 07777, inode.uid, inode.gid, inode.mtime, xattrs);
            String link = inode.isSymlink() ? inode.readlink(null) : "";
            return new Entry(
                    inode.mode,
                    inode.size,
                    link,
                    inode.rdev,
                    inode.nlink,
                    inode.ino,
                    inode.superBlock.device,
                    attributes);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return null;
            }
            throw failure(path, e);
        }
    }

    private static MachineException failure(String path, ErrnoException e) {
        return new MachineException(
                1, "'" + path + "' in the guest: " + e.errno().message());
    }

    /** The names in a directory, without "." and "..". */
    @SuppressWarnings("NullAway") // no task: files do not ask for one
    public List<String> list(String path) {
        try {
            File directory = kernel.vfs.open(root, path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0);
            try {
                Names names = new Names();
                int before;
                do {
                    before = names.count;
                    directory.readDirectory(null, names);
                } while (names.count > before);
                return names.found;
            } finally {
                directory.release();
            }
        } catch (ErrnoException e) {
            throw failure(path, e);
        }
    }

    private static final class Names implements DirectorySink {
        final List<String> found = new ArrayList<>();
        int count;
        private long position;

        @Override
        public long position() {
            return position;
        }

        @Override
        public boolean add(String name, long ino, int type, long next) {
            position = next;
            count++;
            if (!name.equals(".") && !name.equals("..")) {
                found.add(name);
            }
            return true;
        }
    }

    /** @param size that many bytes are written, whatever happens to the file meanwhile */
    @SuppressWarnings("NullAway") // as above
    public void read(String path, long size, OutputStream to) throws IOException {
        byte[] bytes = new byte[CHUNK];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK);
            File file =
                    kernel.vfs.open(root, path, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_NOFOLLOW, 0);
            try {
                for (long done = 0; done < size; ) {
                    int want = (int) Math.min(CHUNK, size - done);
                    long n = file.read(null, new IovIter().kernel(buffer, 0, want), done);
                    if (n <= 0) {
                        buffer.fill((byte) 0); // it has become shorter
                        n = want;
                    }
                    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, 0, (int) n);
                    to.write(bytes, 0, (int) n);
                    done += n;
                }
            } finally {
                file.release();
            }
        } catch (ErrnoException e) {
            throw failure(path, e);
        }
    }

    // --- changing ---

    private void attempt(String path, Runnable action, FileAttributes attributes) {
        try {
            action.run();
            dress(path, attributes);
        } catch (ErrnoException e) {
            throw failure(path, e);
        }
    }

    private void dress(String path, FileAttributes a) {
        Inode inode = kernel.vfs.lookup(root, path, AtFlags.AT_SYMLINK_NOFOLLOW).inode();
        AttributeChange change = new AttributeChange();
        change.mask = AttributeChange.UID
                | AttributeChange.GID
                | AttributeChange.MTIME
                | AttributeChange.CTIME
                | (inode.isSymlink() ? 0 : AttributeChange.MODE);
        change.mode = a.mode();
        change.uid = a.uid();
        change.gid = a.gid();
        change.mtime = a.mtimeNs();
        change.ctime = kernel.clock.realtimeNs();
        inode.lock.lock();
        try {
            inode.setAttributes(change);
        } finally {
            inode.lock.unlock();
        }
    }

    /** One that is there already stays, but for its attributes. */
    public void directory(String path, FileAttributes attributes) {
        Entry there = find(path, false);
        attempt(
                path,
                () -> {
                    if (there == null || !there.isDirectory()) {
                        kernel.vfs.mkdir(root, path, 0755);
                    }
                },
                attributes);
    }

    /** In place of what is there. */
    @SuppressWarnings("NullAway") // as above
    public void file(String path, FileAttributes attributes, InputStream contents) throws IOException {
        replace(path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK);
            byte[] bytes = new byte[CHUNK];
            File file = kernel.vfs.open(
                    root, path, OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_WRONLY | OpenFlags.O_NOFOLLOW, 0600);
            try {
                long at = 0;
                int n;
                while ((n = contents.readNBytes(bytes, 0, CHUNK)) > 0) {
                    MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, n);
                    if (file.write(null, new IovIter().kernel(buffer, 0, n), at) < n) {
                        throw Errno.ENOSPC.exception();
                    }
                    at += n;
                }
            } finally {
                file.release();
            }
            dress(path, attributes);
        } catch (ErrnoException e) {
            throw failure(path, e);
        }
    }

    public void symlink(String path, String target, FileAttributes attributes) {
        replace(path);
        attempt(path, () -> kernel.vfs.symlink(root, target, path), attributes);
    }

    public void hardLink(String path, String existing) {
        replace(path);
        try {
            kernel.vfs.link(root, existing, path);
        } catch (ErrnoException e) {
            throw failure(path, e);
        }
    }

    /** A device, FIFO or socket. @param mode its type and permissions */
    public void node(String path, int mode, long device, FileAttributes attributes) {
        replace(path);
        attempt(path, () -> kernel.vfs.mknod(root, path, mode, device), attributes);
    }

    private void replace(String path) {
        Entry there = find(path, false);
        if (there == null) {
            return;
        }
        if (there.isDirectory()) {
            throw new MachineException(1, "'" + path + "' in the guest: is a directory");
        }
        try {
            kernel.vfs.unlink(root, path);
        } catch (ErrnoException e) {
            throw failure(path, e);
        }
    }
}
