package umlaut.machine;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.host.Layouts;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.vfs.DeviceTable;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.machine.image.CpioReader;

/** The first root, a tmpfs, filled from an archive before it is mounted (Linux: init/initramfs.c): what is there already is replaced, missing directories are not made. */
@SuppressWarnings("NullAway") // no task, and no place in a tree yet: tmpfs asks for neither
final class Initramfs {
    private static final int CHUNK = 1 << 16;

    private record Identity(int ino, long device) {}

    private final Inode root;
    private final Map<Identity, Inode> linked = new HashMap<>();

    /** @param root of a writable file system nobody uses yet */
    Initramfs(Inode root) {
        this.root = root;
    }

    /** @throws IOException for what cannot be read or is no archive; what came before it is there */
    void unpack(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), CHUNK)) {
            CpioReader archive = new CpioReader(in);
            CpioReader.Entry entry;
            while ((entry = archive.next()) != null) {
                add(entry, archive);
            }
        }
    }

    /** Is there a file of that name, links followed or not? */
    boolean has(String path) {
        return find(path) != null;
    }

    private void add(CpioReader.Entry entry, CpioReader archive) throws IOException {
        String path = entry.name().replaceAll("/+$", "");
        String name = path.substring(path.lastIndexOf('/') + 1);
        Inode directory = find(path.substring(0, Math.max(0, path.lastIndexOf('/'))));
        if (name.isEmpty() || name.equals(".")) {
            own(root, entry);
            return;
        }
        if (name.equals("..") || directory == null || !directory.isDirectory()) {
            return; // as Linux: no place for it
        }
        Identity identity = new Identity(entry.ino(), entry.device());
        Inode before = entry.links() > 1 && Mode.isRegular(entry.mode()) ? linked.get(identity) : null;
        Inode there = locked(directory, () -> directory.lookup(name));
        if (there != null && Mode.isDir(entry.mode()) && there.isDirectory()) {
            own(there, entry);
            return;
        }
        if (there != null) {
            if (there.isDirectory()) {
                return;
            }
            run(directory, () -> directory.unlink(name, there));
        }
        Inode made = before;
        if (before != null) {
            run(directory, () -> directory.link(name, before));
        } else {
            made = make(directory, name, entry, archive);
        }
        if (entry.links() > 1 && Mode.isRegular(entry.mode())) {
            linked.putIfAbsent(identity, made);
        }
        if (Mode.isRegular(entry.mode()) && entry.size() > 0) {
            write(made, archive);
        }
        if (before == null) {
            own(made, entry);
        }
    }

    private static Inode make(Inode directory, String name, CpioReader.Entry entry, CpioReader archive)
            throws IOException {
        if (Mode.isDir(entry.mode())) {
            return locked(directory, () -> directory.mkdir(name, entry.mode() & 07777, Credentials.ROOT));
        }
        if (Mode.isSymlink(entry.mode())) {
            if (entry.size() > CHUNK) {
                throw new IOException("a link of " + entry.size() + " bytes in the archive");
            }
            StringBuilder target = new StringBuilder();
            byte[] bytes = new byte[CHUNK];
            int n;
            while ((n = archive.read(bytes)) >= 0) {
                target.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
            }
            return locked(directory, () -> directory.symlink(name, target.toString(), Credentials.ROOT));
        }
        long device = DeviceTable.number(entry.major(), entry.minor());
        return locked(directory, () -> directory.create(name, entry.mode(), device, Credentials.ROOT));
    }

    private static void write(Inode file, CpioReader archive) throws IOException {
        File open = file.open(null, null, OpenFlags.O_WRONLY);
        byte[] bytes = new byte[CHUNK];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK);
            long at = 0;
            int n;
            while ((n = archive.read(bytes)) >= 0) {
                MemorySegment.copy(bytes, 0, buffer, Layouts.BYTE, 0, n);
                if (open.write(null, new IovIter().kernel(buffer, 0, n), at) < n) {
                    throw new IOException("no room for the archive's files");
                }
                at += n;
            }
        } finally {
            open.release();
        }
    }

    private static void own(Inode made, CpioReader.Entry entry) {
        made.uid = entry.uid();
        made.gid = entry.gid();
        made.mode = made.mode & ~07777 | entry.mode() & 07777;
    }

    private @Nullable Inode find(String path) {
        Inode at = root;
        for (String part : path.split("/")) {
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            Inode parent = at;
            at = parent.isDirectory() && !part.equals("..") ? locked(parent, () -> parent.lookup(part)) : null;
            if (at == null) {
                return null;
            }
        }
        return at;
    }

    private static void run(Inode directory, Runnable action) {
        locked(directory, () -> {
            action.run();
            return null;
        });
    }

    private static <T> T locked(Inode directory, Supplier<T> action) {
        directory.lock.lock();
        try {
            return action.get();
        } finally {
            directory.lock.unlock();
        }
    }
}
