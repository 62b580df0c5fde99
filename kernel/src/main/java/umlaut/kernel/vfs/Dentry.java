package umlaut.kernel.vfs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name in a directory, cached (Linux: struct dentry, Documentation/filesystems/vfs.rst). A negative dentry has no inode: the name is known not to exist.
 *
 * <p>A directory's dentry holds its cached entries in a small hash table. Look-ups are lock-free and allocate nothing; a look-up that races with a change may
 * miss an entry, never find a wrong one, and a miss is repeated under the directory inode's lock, under which all changes are made. A dentry's name and parent change
 * only together, by replacing its {@link Link}.
 */
public final class Dentry {
    private static final int FIRST_TABLE = 8;
    private static final Mount[] NO_MOUNTS = {};

    /** A dentry's place: parent and name. Immutable but for the chain. */
    static final class Link {
        final Dentry dentry;
        final @Nullable Dentry parent;
        final String name;
        final byte[] bytes;
        final int hash;
        volatile @Nullable Link next;

        Link(Dentry dentry, @Nullable Dentry parent, String name) {
            this.dentry = dentry;
            this.parent = parent;
            this.name = name;
            this.bytes = name.getBytes(StandardCharsets.ISO_8859_1);
            this.hash = hash(bytes, 0, bytes.length);
        }

        boolean is(byte[] path, int start, int length, int wantedHash) {
            if (hash != wantedHash || bytes.length != length) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (bytes[i] != path[start + i]) {
                    return false;
                }
            }
            return true;
        }
    }

    public final SuperBlock superBlock;
    private volatile @Nullable Inode inode;
    private volatile Link link;
    /** Its name has been removed, or taken over by another; such a dentry is never found again. */
    private volatile boolean deleted;
    /** Mounts that stand here, in any mount of the tree. */
    private volatile Mount[] mounts = NO_MOUNTS;

    /** Looked up since the shrinker came by; a hint, so no ordering. */
    private boolean referenced = true;

    /** Of {@link umlaut.engine.KnownPaths}: what is known of paths rests on the names in this directory; 0: nothing does. Given under the inode's lock. */
    private volatile short counter;

    private volatile @Nullable Link @Nullable [] table;

    @GuardedBy("this") private int count;

    private Dentry(SuperBlock superBlock, @Nullable Dentry parent, String name, @Nullable Inode inode) {
        this.superBlock = superBlock;
        this.inode = inode;
        this.link = new Link(this, parent, name);
    }

    /** The root of a file system. */
    static Dentry root(SuperBlock superBlock, Inode inode) {
        return new Dentry(superBlock, null, "/", inode);
    }

    /** A name outside every directory: O_TMPFILE files. */
    static Dentry unnamed(Dentry directory, String name, Inode inode) {
        Dentry dentry = new Dentry(directory.superBlock, directory, name, inode);
        dentry.deleted = true;
        return dentry;
    }

    /** The place of an object outside every tree. */
    static Dentry nameless(Inode inode, String name) {
        return new Dentry(inode.superBlock, null, name, inode);
    }

    static int hash(byte[] name, int start, int length) {
        int h = 0;
        for (int i = start; i < start + length; i++) {
            h = h * 31 + name[i];
        }
        return spread(h);
    }

    static int spread(int polynomial) {
        return polynomial ^ polynomial >>> 15;
    }

    public @Nullable Inode inodeOrNull() {
        return inode;
    }

    public Inode inode() {
        Inode found = inode;
        if (found == null) {
            throw new IllegalStateException("negative dentry " + name());
        }
        return found;
    }

    public boolean isNegative() {
        return inode == null;
    }

    /** Latin-1; "/" for the root of a file system. */
    public String name() {
        return link.name;
    }

    /** Null for the root of a file system. */
    public @Nullable Dentry parent() {
        return link.parent;
    }

    /** Name and parent as of one moment. */
    Link link() {
        return link;
    }

    /** The name is gone (unlinked, or never was in a directory): " (deleted)" in /proc. */
    public boolean isDeleted() {
        return deleted;
    }

    /** Is this dentry {@code ancestor} or below it? */
    public boolean isBelow(Dentry ancestor) {
        for (Dentry d = this; d != null; d = d.parent()) {
            if (d == ancestor) {
                return true;
            }
        }
        return false;
    }

    // --- cached entries ---

    /** Lock-free look-up of a name given as bytes. */
    @Nullable Dentry find(byte[] path, int start, int length, int hash) {
        @Nullable Link[] t = table;
        if (t == null) {
            return null;
        }
        for (Link l = t[hash & t.length - 1]; l != null; l = l.next) {
            if (l.is(path, start, length, hash)) {
                Dentry found = l.dentry;
                if (!found.referenced) {
                    found.referenced = true;
                }
                return found;
            }
        }
        return null;
    }

    public @Nullable Dentry find(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        return find(bytes, 0, bytes.length, hash(bytes, 0, bytes.length));
    }

    /** Enters a name; the directory's lock is held and the name is not cached. */
    synchronized Dentry add(String name, @Nullable Inode child) {
        Dentry dentry = new Dentry(superBlock, this, name, child);
        insert(dentry.link);
        return dentry;
    }

    /** A negative dentry's name has been created. The directory's lock is held. */
    void instantiate(Inode fresh) {
        Dentry directory = link.parent;
        changes(directory);
        inode = fresh;
        changes(directory);
    }

    /** Forgets a cached entry, whose name stays in the file system or not as {@code nameGone} says. The directory's lock is held. */
    synchronized void drop(Dentry child, boolean nameGone) {
        changes(nameGone ? this : child);
        remove(child.link);
        child.deleted |= nameGone;
        changes(nameGone ? this : child);
    }

    /** The entry moves to {@code newParent} under {@code newName}; what was cached there has been dropped. Both directories' locks are held. */
    void move(Dentry newParent, String newName) {
        Dentry oldParent = link.parent;
        changes(oldParent);
        changes(newParent);
        Link fresh = new Link(this, newParent, newName);
        if (oldParent != null) {
            synchronized (oldParent) {
                oldParent.remove(link);
            }
        }
        link = fresh;
        synchronized (newParent) {
            newParent.insert(fresh);
        }
        changes(oldParent);
        changes(newParent);
    }

    /** Before names in {@code directory} change, and again afterwards: what rests on them is no fact any more. One that leaves the cache gets another counter when it comes back. */
    private static void changes(@Nullable Dentry directory) {
        if (directory != null && directory.counter != 0) {
            directory.superBlock.known().changes(directory.counter);
        }
    }

    /** That of this directory, from now on. */
    int counter(PathFacts facts) {
        if (counter == 0) {
            Inode directory = inode();
            directory.lock.lock();
            try {
                if (counter == 0) {
                    superBlock.countedIn(facts.known);
                    counter = facts.newCounter();
                }
            } finally {
                directory.lock.unlock();
            }
        }
        return counter;
    }

    /** The cached entries, negative ones included. */
    synchronized List<Dentry> cached() {
        List<Dentry> all = new ArrayList<>(count);
        @Nullable Link[] t = table;
        for (int i = 0; t != null && i < t.length; i++) {
            for (Link l = t[i]; l != null; l = l.next) {
                all.add(l.dentry);
            }
        }
        return all;
    }

    /** Was it looked up since the last such question? */
    boolean takeReferenced() {
        boolean was = referenced;
        referenced = false;
        return was;
    }

    /** How many entries are cached. */
    synchronized int cachedCount() {
        return count;
    }

    @GuardedBy("this") private void insert(Link fresh) {
        @Nullable Link[] t = table;
        if (t == null) {
            t = new @Nullable Link[FIRST_TABLE];
            table = t;
        } else if (count >= t.length) {
            t = grow(t);
        }
        int slot = fresh.hash & t.length - 1;
        fresh.next = t[slot];
        t[slot] = fresh;
        count++;
        superBlock.dentries.incrementAndGet();
    }

    @GuardedBy("this") private @Nullable Link[] grow(@Nullable Link[] old) {
        @Nullable Link[] t = new @Nullable Link[old.length * 2];
        for (Link chain : old) {
            for (Link l = chain; l != null; ) {
                Link following = l.next;
                int slot = l.hash & t.length - 1;
                l.next = t[slot];
                t[slot] = l;
                l = following;
            }
        }
        table = t;
        return t;
    }

    @GuardedBy("this") private void remove(Link gone) {
        @Nullable Link[] t = table;
        if (t == null) {
            return;
        }
        int slot = gone.hash & t.length - 1;
        Link previous = null;
        for (Link l = t[slot]; l != null; previous = l, l = l.next) {
            if (l == gone) {
                if (previous == null) {
                    t[slot] = l.next;
                } else {
                    previous.next = l.next;
                }
                count--;
                superBlock.dentries.decrementAndGet();
                return;
            }
        }
    }

    // --- mounts ---

    public boolean isMountpoint() {
        return mounts.length != 0;
    }

    /** The mount that stands here as seen in {@code parent}, or null. */
    @Nullable Mount mountedOn(Mount parent) {
        for (Mount m : mounts) {
            if (m.parent() == parent) {
                return m;
            }
        }
        return null;
    }

    synchronized void addMount(Mount mount) {
        Mount[] fresh = java.util.Arrays.copyOf(mounts, mounts.length + 1);
        fresh[mounts.length] = mount;
        setMounts(fresh);
    }

    synchronized void removeMount(Mount mount) {
        List<Mount> left = new ArrayList<>(List.of(mounts));
        left.remove(mount);
        setMounts(left.isEmpty() ? NO_MOUNTS : left.toArray(NO_MOUNTS));
    }

    /** Other names are seen below: of the root of a mount for whoever looks in it, else for who comes through its directory. */
    @GuardedBy("this") private void setMounts(Mount[] fresh) {
        Dentry directory = link.parent == null ? this : link.parent;
        changes(directory);
        mounts = fresh;
        changes(directory);
    }

    @Override
    public String toString() {
        return name() + (isNegative() ? " (negative)" : "") + (deleted ? " (deleted)" : "");
    }
}
