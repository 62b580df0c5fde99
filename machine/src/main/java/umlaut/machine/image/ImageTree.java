package umlaut.machine.image;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.block.BlockBackend;
import umlaut.block.ImageException;
import umlaut.block.Images;
import umlaut.fs.ext4.Mkfs;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.vfs.Acl;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;

/**
 * A new disk image that is being filled: paths in it lead nowhere else, whatever they are. Symbolic links on the way are followed within the image, as chroot(2) would. Names are Latin-1, a byte a
 * character. What stands where something new comes is replaced, but a directory by a directory, which keeps what is in it.
 *
 * <p>Used by one thread. The image is whole once {@link #finish} has returned; {@link #close} without that leaves a file to be thrown away.
 */
public final class ImageTree implements AutoCloseable {
    /** As Linux follows: MAXSYMLINKS. */
    private static final int MOST_LINKS = 40;

    private static final int CHUNK = 256 << 10, HOLE = 4096;
    private static final int BYTES_PER_INODE = 16384;

    /** An entry of the image. Directories know what is in them; other objects are looked up when they are needed, so that many cost little. */
    private static final class Node {
        final @Nullable Node parent;
        final String name;
        final @Nullable Inode directory;
        final Map<String, Node> children;
        /** Where a symbolic link leads. */
        @Nullable String target;

        Node(@Nullable Node parent, String name, Inode inode) {
            this.parent = parent;
            this.name = name;
            directory = inode.isDirectory() ? inode : null;
            children = inode.isDirectory() ? new LinkedHashMap<>() : Map.of();
        }

        Inode inode() {
            Inode found = directory != null
                    ? directory
                    : parent == null ? null : parent.inode().lookup(name);
            if (found == null) {
                throw Errno.EUCLEAN.exception();
            }
            return found;
        }
    }

    private final ImageKernel kernel;
    private final Node root;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(CHUNK, HOLE);
    private final byte[] bytes = new byte[CHUNK];
    private final long nowNs;
    private long dataBytes;

    private ImageTree(ImageKernel kernel, long nowNs) {
        this.kernel = kernel;
        this.nowNs = nowNs;
        root = new Node(null, "", kernel.fs.root());
        Inode lost = root.inode().lookup("lost+found");
        if (lost != null) {
            root.children.put("lost+found", new Node(root, "lost+found", lost));
        }
    }

    /**
     * Makes an image with an empty ext4.
     *
     * @param file must not be there yet
     * @param size bytes of the disk, most of which need no room on the host
     * @throws ImageException with one line for people
     */
    public static ImageTree create(Path file, long size, String label, long nowNs) {
        BlockBackend disk = Images.create(file.toString(), size);
        try {
            Mkfs.format(disk, BYTES_PER_INODE, label, UUID.randomUUID(), nowNs);
            return new ImageTree(new ImageKernel(disk), nowNs);
        } catch (ErrnoException e) {
            disk.close();
            throw failure("cannot make '" + file + "'", e);
        }
    }

    private static ImageException failure(String what, ErrnoException e) {
        return new ImageException(what + ": "
                + (e.errno() == Errno.ENOSPC ? "no room left" : e.errno().message()));
    }

    /** Bytes that files have been given, holes not counted. */
    public long dataBytes() {
        return dataBytes;
    }

    // --- what can be made ---

    public void directory(String path, FileAttributes attributes) {
        make(
                path,
                (parent, name) -> {
                    Node there = parent.children.get(name);
                    Node node = there != null && there.directory != null
                            ? there
                            : put(parent, name, () -> parent.inode().mkdir(name, attributes.mode(), Credentials.ROOT));
                    dress(node.inode(), attributes);
                },
                root -> dress(root, attributes));
    }

    /** @param contents read to its end */
    public void file(String path, FileAttributes attributes, InputStream contents) throws IOException {
        IOException[] failed = new IOException[1];
        make(
                path,
                (parent, name) -> {
                    Node node = put(
                            parent, name, () -> parent.inode().create(name, Mode.S_IFREG | 0600, 0, Credentials.ROOT));
                    try {
                        fill(node.inode(), contents);
                    } catch (IOException e) {
                        failed[0] = e;
                    }
                    dress(node.inode(), attributes);
                },
                null);
        if (failed[0] != null) {
            throw failed[0];
        }
    }

    public void symlink(String path, String target, FileAttributes attributes) {
        make(
                path,
                (parent, name) -> {
                    Node node = put(parent, name, () -> parent.inode().symlink(name, target, Credentials.ROOT));
                    node.target = target;
                    dress(node.inode(), attributes);
                },
                null);
    }

    /**
     * A device node, FIFO or socket.
     *
     * @param type S_IFCHR and the like
     * @param device its number, as makedev(3)
     */
    public void node(String path, int type, long device, FileAttributes attributes) {
        make(
                path,
                (parent, name) -> {
                    Node node =
                            put(parent, name, () -> parent.inode().create(name, type | 0600, device, Credentials.ROOT));
                    dress(node.inode(), attributes);
                },
                null);
    }

    /** @param existing a path of the image; the last part is not followed */
    public void hardLink(String path, String existing) {
        Node target = find(existing);
        if (target == null || target.directory != null) {
            throw new ImageException("'" + path + "' is a link to '" + existing + "', which is "
                    + (target == null ? "not there" : "a directory"));
        }
        make(
                path,
                (parent, name) -> {
                    if (parent.children.get(name) != target) {
                        Node node = put(parent, name, () -> {
                            parent.inode().link(name, target.inode());
                            return target.inode();
                        });
                        node.target = target.target;
                    }
                },
                null);
    }

    /** Takes it away with all in it, if it is there. */
    public void remove(String path) {
        Node node = find(path);
        if (node != null && node.parent != null) {
            guarded(path, () -> remove(node));
        }
    }

    /** Takes away all that is below a directory but what {@code keep} says yes to, by its path, and what is above that. */
    public void clear(String path, Predicate<String> keep) {
        Node node = find(path);
        if (node != null) {
            guarded(path, () -> clear(node, String.join("/", parts(path)), keep));
        }
    }

    private void clear(Node node, String path, Predicate<String> keep) {
        for (Node child : new ArrayList<>(node.children.values())) {
            String at = path.isEmpty() ? child.name : path + "/" + child.name;
            if (keep.test(at)) {
                clear(child, at, keep);
            } else {
                remove(child);
            }
        }
    }

    public boolean exists(String path) {
        return find(path) != null;
    }

    // --- walking ---

    private interface Action {
        void at(Node parent, String name);
    }

    private void make(String path, Action action, @Nullable Consumer<Inode> onRoot) {
        guarded(path, () -> {
            List<String> parts = parts(path);
            if (parts.isEmpty()) {
                if (onRoot == null) {
                    throw new ImageException("'" + path + "' is the root directory, and must be one");
                }
                onRoot.accept(root.inode());
                return;
            }
            Node parent = walk(parts.subList(0, parts.size() - 1), true);
            if (parent == null || parent.directory == null) {
                throw new ImageException("'" + path + "' stands in what is no directory");
            }
            action.at(parent, parts.getLast());
        });
    }

    private static void guarded(String path, Runnable body) {
        try {
            body.run();
        } catch (ErrnoException e) {
            throw failure("cannot make '" + path + "' in the image", e);
        }
    }

    /** The parts of a path. @throws ImageException for one that leads out of the image */
    static List<String> parts(String path) {
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/")) {
            if (part.equals("..")) {
                throw new ImageException("'" + path + "' leads out of the image: refused");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return parts;
    }

    /** What is there, the last part not followed; null: nothing. */
    private @Nullable Node find(String path) {
        List<String> parts = parts(path);
        if (parts.isEmpty()) {
            return root;
        }
        Node parent = walk(parts.subList(0, parts.size() - 1), false);
        return parent == null ? null : parent.children.get(parts.getLast());
    }

    /** Walks, following links within the image. @param make directories that are missing are made */
    private @Nullable Node walk(List<String> parts, boolean make) {
        Node at = root;
        List<String> left = new ArrayList<>(parts);
        int links = 0;
        while (!left.isEmpty()) {
            String part = left.removeFirst();
            Node directory = at;
            if (part.equals("..")) { // of a link's target
                at = directory.parent == null ? root : directory.parent;
                continue;
            }
            Node next = directory.children.get(part);
            if (next == null) {
                if (!make || directory.directory == null) {
                    return null;
                }
                next = put(directory, part, () -> directory.inode().mkdir(part, 0755, Credentials.ROOT));
                dress(next.inode(), FileAttributes.of(0755, nowNs));
            }
            String target = next.target;
            if (target == null) {
                at = next;
                continue;
            }
            if (++links > MOST_LINKS) {
                throw Errno.ELOOP.exception();
            }
            if (target.startsWith("/")) {
                at = root;
            }
            List<String> inserted = new ArrayList<>();
            for (String t : target.split("/")) {
                if (!t.isEmpty() && !t.equals(".")) {
                    inserted.add(t);
                }
            }
            left.addAll(0, inserted);
        }
        return at;
    }

    // --- changing ---

    /** Makes an entry in place of what is there. */
    private Node put(Node parent, String name, Supplier<Inode> maker) {
        Node old = parent.children.get(name);
        if (old != null) {
            remove(old);
        }
        if (name.length() > 255) {
            throw Errno.ENAMETOOLONG.exception();
        }
        Node node = new Node(parent, name, locked(parent.inode(), maker));
        parent.children.put(name, node);
        return node;
    }

    private void remove(Node node) {
        Node parent = node.parent;
        if (parent == null) {
            return;
        }
        new ArrayList<>(node.children.values()).forEach(this::remove);
        Inode inode = node.inode();
        locked(parent.inode(), () -> {
            if (node.directory != null) {
                parent.inode().rmdir(node.name, inode);
            } else {
                parent.inode().unlink(node.name, inode);
            }
            return inode;
        });
        inode.evictIfUnused();
        parent.children.remove(node.name);
    }

    private static Inode locked(Inode directory, Supplier<Inode> action) {
        directory.lock.lock();
        try {
            return action.get();
        } finally {
            directory.lock.unlock();
        }
    }

    private void dress(Inode inode, FileAttributes a) {
        a.xattrs().forEach((name, value) -> attribute(inode, name, value));
        AttributeChange change = new AttributeChange();
        change.mask = AttributeChange.MODE
                | AttributeChange.UID
                | AttributeChange.GID
                | AttributeChange.ATIME
                | AttributeChange.MTIME
                | AttributeChange.CTIME;
        change.mode = inode.isSymlink() ? 0777 : a.mode();
        change.uid = a.uid();
        change.gid = a.gid();
        change.atime = a.mtimeNs();
        change.mtime = a.mtimeNs();
        change.ctime = a.mtimeNs();
        inode.lock.lock();
        try {
            inode.setAttributes(change);
        } finally {
            inode.lock.unlock();
        }
    }

    private static void attribute(Inode inode, String name, byte[] value) {
        if (name.equals(Acl.ACCESS) || name.equals(Acl.DEFAULT)) {
            Acl list = Acl.parse(value, UserNamespace.INITIAL);
            inode.setAcls(
                    name.equals(Acl.ACCESS) ? list : inode.accessAcl(),
                    name.equals(Acl.DEFAULT) ? list : inode.defaultAcl());
            return;
        }
        inode.setXattr(name, value, 0);
    }

    /** Pages of zeros become holes. */
    @SuppressWarnings("NullAway") // no task, and no place in a tree of mounts: ext4 asks for neither
    private void fill(Inode inode, InputStream contents) throws IOException {
        File file = inode.open(null, null, OpenFlags.O_WRONLY);
        try {
            long at = 0;
            int n;
            while ((n = contents.readNBytes(bytes, 0, CHUNK)) > 0) {
                MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, n);
                for (int from = 0; from < n; ) {
                    boolean zero = isZero(from, n);
                    int to = Math.min(n, from + HOLE);
                    while (to < n && isZero(to, n) == zero) {
                        to = Math.min(n, to + HOLE);
                    }
                    if (!zero) {
                        write(file, from, to - from, at + from);
                    }
                    from = to;
                }
                at += n;
            }
            if (inode.size < at) {
                long size = at;
                locked(inode, () -> {
                    inode.truncate(size);
                    return inode;
                });
            }
        } finally {
            file.release();
        }
    }

    private boolean isZero(int from, int end) {
        for (int i = from; i < Math.min(end, from + HOLE); i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    @SuppressWarnings("NullAway") // as above
    private void write(File file, int from, int length, long position) {
        if (file.write(null, new IovIter().kernel(buffer, from, length), position) < length) {
            throw Errno.ENOSPC.exception();
        }
        dataBytes += length;
    }

    // --- the end ---

    /**
     * Everything is in its place when this returns, though perhaps not on stable storage yet.
     *
     * @throws ImageException when something has gone wrong on the way
     */
    public void finish() {
        try {
            kernel.fs.sync();
        } catch (ErrnoException e) {
            throw failure("cannot finish the image", e);
        }
        close();
        String problem = kernel.problem();
        if (problem != null) {
            throw new ImageException("cannot finish the image: " + problem);
        }
    }

    /** Repeating it is harmless. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            kernel.close();
        }
    }
}
