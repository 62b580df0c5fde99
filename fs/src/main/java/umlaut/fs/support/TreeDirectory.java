package umlaut.fs.support;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Mode;
import umlaut.kernel.KernelFiles;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * A directory of a {@link TreeFs} with entries that the kernel's parts add and remove, in that order. Thread-safe: its
 * map has a lock of its own, a leaf.
 */
public class TreeDirectory extends TreeInode {
    /** One entry of a listing; {@code type} is DT_*. */
    public record Entry(String name, long ino, int type) {}

    private final Map<String, Inode> children = new LinkedHashMap<>();

    @GuardedBy("children") private boolean filling;

    private final @Nullable TreeDirectory up;

    /** Makes the entries when somebody first looks: a machine must not wait for what few ever read. */
    private volatile @Nullable Consumer<TreeDirectory> filler;

    /** @param up the directory above; null for a root */
    public TreeDirectory(TreeFs fs, @Nullable TreeDirectory up, long ino, int permissions) {
        super(fs, ino, Mode.S_IFDIR | permissions);
        this.up = up;
        nlink = 2;
    }

    public TreeDirectory(TreeFs fs, @Nullable TreeDirectory up) {
        this(fs, up, fs.nextInode(), 0555);
    }

    /** The directory above; null for a root. */
    public final @Nullable TreeDirectory up() {
        return up;
    }

    public final long parentIno() {
        return up == null ? ino : up.ino;
    }

    // --- building ---

    /** Leaves the making of this directory's entries to {@code maker}, until they are needed. */
    public final TreeDirectory fillLater(Consumer<TreeDirectory> maker) {
        filler = maker;
        return this;
    }

    private void fill() {
        if (filler == null) {
            return;
        }
        synchronized (children) {
            Consumer<TreeDirectory> maker = filler;
            if (maker != null && !filling) {
                filling = true;
                maker.accept(this);
                filler = null;
            }
        }
    }

    public final <T extends Inode> T add(String name, T child) {
        fill();
        synchronized (children) {
            Inode before = children.put(name, child);
            if (child.isDirectory() && (before == null || !before.isDirectory())) {
                nlink = nlink + 1;
            }
        }
        return child;
    }

    public final void remove(String name) {
        fill();
        synchronized (children) {
            Inode gone = children.remove(name);
            if (gone != null && gone.isDirectory()) {
                nlink = nlink - 1;
            }
        }
    }

    /** The directory at a relative path, made if it is missing. */
    public final TreeDirectory directory(String path) {
        TreeDirectory here = this;
        for (String name : path.split("/")) {
            here.fill();
            synchronized (here.children) {
                Inode there = here.children.get(name);
                here = there instanceof TreeDirectory known ? known : here.add(name, new TreeDirectory(tree(), here));
            }
        }
        return here;
    }

    /** A read-only file for all. */
    public final void text(String name, TextSource source) {
        add(name, new TextInode(tree(), tree().nextInode(), 0444, source, null));
    }

    public final void text(String name, int permissions, TextSource source) {
        add(name, new TextInode(tree(), tree().nextInode(), permissions, source, null));
    }

    /** A file that never changes. */
    public final void constant(String name, String text) {
        text(name, task -> text);
    }

    /** A setting: mode 0644. */
    public final void setting(String name, TextSource source, TextSink sink) {
        setting(name, 0644, source, sink);
    }

    public final void setting(String name, int mode, TextSource source, TextSink sink) {
        add(name, new TextInode(tree(), tree().nextInode(), mode, source, sink));
    }

    public final void link(String name, String target) {
        add(name, new LinkInode(tree(), tree().nextInode(), task -> target));
    }

    /** Shows what the kernel's parts have to show, now and later. */
    public final void follow(KernelFiles files) {
        files.listen((path, entry) -> {
            int slash = path.lastIndexOf('/');
            TreeDirectory directory = slash < 0 ? this : directory(path.substring(0, slash));
            String name = path.substring(slash + 1);
            if (entry == null) {
                directory.remove(name);
                return;
            }
            String target = entry.target();
            KernelFiles.Source source = entry.source();
            if (target != null) {
                directory.link(name, target);
            } else if (source != null) {
                KernelFiles.Sink sink = entry.sink();
                directory.add(
                        name,
                        new OwnedText(
                                tree(),
                                tree().nextInode(),
                                entry.permissions(),
                                source::text,
                                sink == null ? null : sink::write,
                                entry.owners()));
            }
        });
    }

    // --- the VFS's view ---

    @Override
    public @Nullable Inode lookup(String name) {
        synchronized (children) {
            Inode known = children.get(name);
            if (known != null || filler == null) {
                return known;
            }
            fill();
            return children.get(name);
        }
    }

    /** All entries but "." and "..", as they are now. */
    protected List<Entry> entries(@Nullable Task task) {
        fill();
        List<Entry> all = new ArrayList<>();
        synchronized (children) {
            children.forEach((name, child) -> all.add(new Entry(name, child.ino, Mode.direntType(child.mode))));
        }
        return all;
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new TreeDirectoryFile(this, path, flags, task == null ? Credentials.ROOT : task.credentials());
    }
}
