package umlaut.kernel.vfs;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Limits;
import umlaut.abi.Mode;
import umlaut.abi.MountFlags;
import umlaut.abi.OpenFlags;
import umlaut.engine.KnownPaths;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;

/**
 * One walk along a path, path_resolution(7) (Linux: struct nameidata, fs/namei.c). An object is used again and again by its task; a walk over cached names allocates
 * nothing.
 *
 * <p>Use: {@code begin}, then {@link #resolve} for the place itself; or {@link #toParent} for the directory that holds the last component ({@link #lastName}), which then may be
 * looked up, created or removed there. The place reached is {@link #mount} and {@link #dentry}.
 *
 * <p>Symbolic links are walked without recursion: the rest of the path that a link interrupts is put on a stack.
 */
public final class PathWalk {
    /** What the last component is. */
    enum Last {
        /** A name. */
        NORM,
        /** "." */
        DOT,
        /** ".." */
        DOTDOT,
        /** Nothing: the path was "/", or a link at its end led to "/". */
        ROOT,
        /** Nothing: a magic link at the end has led to the place itself. */
        JUMPED
    }

    private static final int DEEPEST = Limits.MAXSYMLINKS + 1;

    Mount mount;
    Dentry dentry;
    private Mount rootMount;
    private Dentry rootDentry;
    Credentials who = Credentials.ROOT;

    @Nullable Task task;

    int umask;

    /** The path as given. */
    private final byte[] buffer = new byte[Limits.PATH_MAX];

    // The piece being walked: the path, or a link's target.
    private byte[] piece = buffer;
    private int at;
    private int end;
    private int given;

    // Rests of pieces that links have interrupted; each has at least one component left.
    private final byte[][] restPiece = new byte[DEEPEST][];
    private final int[] restAt = new int[DEEPEST];
    private final int[] restEnd = new int[DEEPEST];
    private int depth;

    private int linksFollowed;
    private int resolveFlags;
    private boolean empty;
    private boolean placed;
    /** The descriptor to start from is not open. */
    private boolean badStart;

    Last lastType = Last.ROOT;
    private int lastStart;
    private int lastLength;
    private int lastHash;
    /** A slash stands behind the last component: it must be a directory, and links there are followed. */
    boolean lastSlash;
    /** As {@link #lastSlash}, of any link's target walked at the end. */
    private boolean mustBeDirectory;
    /** Notes the directories on the way, if somebody wants to know. */
    private @Nullable PathTrail trail;

    /** The link met last was a magic one, which has put us at its place. */
    private boolean jumped;

    @SuppressWarnings("NullAway.Init") // begin sets the places
    public PathWalk() {}

    // --- beginning ---

    /** Starts at {@code dirFd}, or the root for an absolute path. @throws umlaut.abi.ErrnoException EBADF, ENOTDIR, ENAMETOOLONG */
    void begin(Task who, int dirFd, String path) {
        start(who, dirFd, load(path), 0);
    }

    /** As {@link #begin(Task, int, String)}, of a path in guest memory. */
    void begin(Task who, int dirFd, long address) {
        start(who, dirFd, who.memory.path(address, buffer), 0);
    }

    /** As {@link #begin(Task, int, long)}, for calls with AT_EMPTY_PATH for which a null pointer counts as the empty path. */
    void beginAt(Task who, int dirFd, long address, int atFlags) {
        boolean none = address == 0 && (atFlags & AtFlags.AT_EMPTY_PATH) != 0;
        start(who, dirFd, none ? 0 : who.memory.path(address, buffer), 0);
    }

    void begin(Task who, int dirFd, long address, int resolve) {
        start(who, dirFd, who.memory.path(address, buffer), resolve);
    }

    /** Is at a place already: nothing is walked. */
    void beginAt(Task who, Path place) {
        start(who, AtFlags.AT_FDCWD, 0, 0);
        placed = true;
        place(place);
    }

    void begin(LookupContext context, String path) {
        int length = load(path);
        reset(length, 0);
        task = context.task();
        this.who = context.credentials();
        umask = context.umask();
        rootMount = context.root().mount();
        rootDentry = context.root().dentry();
        place(length > 0 && buffer[0] == '/' ? context.root() : context.cwd());
    }

    private int load(String path) {
        int length = path.length();
        if (length >= Limits.PATH_MAX) {
            throw Errno.ENAMETOOLONG.exception();
        }
        for (int i = 0; i < length; i++) {
            buffer[i] = (byte) path.charAt(i);
        }
        return length;
    }

    private void start(Task who, int dirFd, int length, int resolve) {
        reset(length, resolve);
        task = who;
        this.who = who.credentials();
        FsContext fs = who.fs();
        umask = fs.umask();
        Path root = fs.root();
        rootMount = root.mount();
        rootDentry = root.dentry();
        boolean absolute = length > 0 && buffer[0] == '/';
        if (absolute && (resolve & OpenFlags.RESOLVE_BENEATH) != 0) {
            throw Errno.EXDEV.exception();
        }
        if (absolute && (resolve & OpenFlags.RESOLVE_IN_ROOT) == 0) {
            place(root);
            return;
        }
        if (dirFd == AtFlags.AT_FDCWD) {
            place(fs.cwd());
        } else {
            startAt(who, dirFd, length);
        }
        if ((resolve & (OpenFlags.RESOLVE_IN_ROOT | OpenFlags.RESOLVE_BENEATH)) != 0) {
            rootMount = mount;
            rootDentry = dentry;
        }
    }

    private void startAt(Task who, int dirFd, int length) {
        File file = who.files().lookup(dirFd);
        if (file == null) {
            // The empty path's own error comes first.
            badStart = true;
            if (length > 0) {
                throw Errno.EBADF.exception();
            }
            place(rootPath());
            return;
        }
        Path path = file.path;
        if (length > 0 && !file.inode().isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
        if (path != null) {
            place(path);
        } else {
            place(who.kernel.vfs.pathOf(file));
        }
    }

    private void reset(int length, int resolve) {
        piece = buffer;
        at = 0;
        end = length;
        given = length;
        depth = 0;
        linksFollowed = 0;
        resolveFlags = resolve;
        empty = length == 0;
        placed = false;
        badStart = false;
        mustBeDirectory = false;
        jumped = false;
        lastType = Last.ROOT;
    }

    private void place(Path path) {
        mount = path.mount();
        dentry = path.dentry();
    }

    // --- results ---

    Inode inode() {
        return dentry.inode();
    }

    Path path() {
        return new Path(mount, dentry);
    }

    Path rootPath() {
        return new Path(rootMount, rootDentry);
    }

    /** Begun at a place by {@link #beginAt(Task, Path)}? */
    boolean isPlaced() {
        return placed;
    }

    /** Was the path empty? Then, with AT_EMPTY_PATH, the place is that of the descriptor. */
    boolean isEmpty() {
        return empty;
    }

    /** The last component as a string; after {@link #toParent}. */
    String lastName() {
        return new String(piece, lastStart, lastLength, StandardCharsets.ISO_8859_1);
    }

    /** The path as given, of which {@link #givenLength} bytes count. */
    byte[] given() {
        return buffer;
    }

    int givenLength() {
        return given;
    }

    // --- walking ---

    /** Walks an absolute path, with the directories on its way noted. @return one of {@link umlaut.engine.KnownPaths}' facts, or 0 */
    int follow(Task who, long path, PathTrail noting) {
        begin(who, AtFlags.AT_FDCWD, path);
        if (given > KnownPaths.LONGEST || given == 0 || buffer[0] != '/') {
            return 0;
        }
        trail = noting;
        try {
            resolve(false, false);
            return inode().isSymlink() ? 0 : KnownPaths.NO_LINK;
        } catch (ErrnoException e) {
            return e.errno() == Errno.ENOENT ? KnownPaths.MISSING : 0;
        } finally {
            trail = null;
        }
    }

    /** Walks the whole path. @param atFlags AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH */
    Path find(int atFlags) {
        resolve((atFlags & AtFlags.AT_SYMLINK_NOFOLLOW) == 0, (atFlags & AtFlags.AT_EMPTY_PATH) != 0);
        return path();
    }

    /** Walks the whole path (path_lookupat). @param follow a link at the end too */
    void resolve(boolean follow, boolean emptyAllowed) {
        if (empty) {
            if (!emptyAllowed || badStart) {
                throw (emptyAllowed ? Errno.EBADF : Errno.ENOENT).exception();
            }
            return;
        }
        do {
            toParent();
        } while (!lookupLast(follow));
    }

    /** As {@link #resolve}, for calls that want a directory. */
    void resolveDirectory() {
        resolve(true, false);
        if (!inode().isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
    }

    /** Walks up to the last component (link_path_walk, filename_parentat). @throws umlaut.abi.ErrnoException ENOENT for the empty path */
    void toParent() {
        if (empty) {
            throw Errno.ENOENT.exception();
        }
        skipSlashes();
        while (true) {
            if (at == end) {
                if (depth == 0) {
                    lastType = jumped ? Last.JUMPED : Last.ROOT;
                    return;
                }
                pop();
            }
            component();
            requireSearch();
            if (at == end && depth == 0) {
                mustBeDirectory |= lastSlash;
                return;
            }
            if (!step(true, false) || jumped) {
                requireDirectory();
            }
        }
    }

    /** Takes the next component of the piece: its range, hash and kind, and the slashes behind it. */
    private void component() {
        byte[] p = piece;
        int i = at;
        int e = end;
        int h = 0;
        lastStart = i;
        for (; i < e; i++) {
            byte c = p[i];
            if (c == '/') {
                break;
            }
            h = h * 31 + c;
        }
        int length = i - lastStart;
        lastLength = length;
        lastHash = Dentry.spread(h);
        lastType = Last.NORM;
        if (length <= 2 && p[lastStart] == '.') {
            if (length == 1) {
                lastType = Last.DOT;
            } else if (p[lastStart + 1] == '.') {
                lastType = Last.DOTDOT;
            }
        }
        lastSlash = i < e;
        at = i;
        skipSlashes();
    }

    private void skipSlashes() {
        while (at < end && piece[at] == '/') {
            at++;
        }
    }

    private void requireSearch() {
        if (!dentry.inode().permits(who, Permissions.MAY_EXEC)) {
            throw Errno.EACCES.exception();
        }
    }

    private void requireDirectory() {
        if (!dentry.inode().isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
    }

    /**
     * Looks the last component up and goes there (lookup_last).
     *
     * @return false when it was a link: walk on with {@link #toParent}
     */
    boolean lookupLast(boolean follow) {
        boolean nameless = lastType == Last.ROOT || lastType == Last.JUMPED;
        if (!nameless && step(follow || lastSlash, true)) {
            return false;
        }
        if (mustBeDirectory) {
            requireDirectory();
        }
        return true;
    }

    /** @return true if a link was met and is to be walked now */
    private boolean step(boolean follow, boolean last) {
        switch (lastType) {
            case DOT, ROOT, JUMPED -> {
                return false;
            }
            case DOTDOT -> {
                up();
                return false;
            }
            default -> {
                return enter(child(), follow, last);
            }
        }
    }

    /** Goes to a child that was looked up (step_into). @return true if it is a link to be walked now */
    boolean enter(Dentry child, boolean follow, boolean last) {
        Inode inode = child.inodeOrNull();
        if (inode == null) {
            throw Errno.ENOENT.exception();
        }
        if (follow && inode.isSymlink()) {
            followLink(child, inode, last);
            return true;
        }
        dentry = child;
        if (child.isMountpoint()) {
            crossDown();
        }
        return false;
    }

    /** What stands mounted on the place reached. */
    private void crossDown() {
        for (Mount over = dentry.mountedOn(mount); over != null; over = dentry.mountedOn(mount)) {
            noCrossing();
            mount = over;
            dentry = over.root;
        }
    }

    private void noCrossing() {
        if ((resolveFlags & OpenFlags.RESOLVE_NO_XDEV) != 0) {
            throw Errno.EXDEV.exception();
        }
    }

    /** ".." (follow_dotdot): stops at the root; from a mount's root goes to the mount point's parent. */
    private void up() {
        while (true) {
            if (dentry == rootDentry && mount == rootMount) {
                if ((resolveFlags & OpenFlags.RESOLVE_BENEATH) != 0) {
                    throw Errno.EXDEV.exception();
                }
                break;
            }
            if (dentry != mount.root) {
                Dentry parent = dentry.parent();
                if (parent == null) {
                    throw Errno.ENOENT.exception();
                }
                dentry = parent;
                break;
            }
            Mount above = mount.parent();
            Dentry point = mount.mountpoint();
            if (above == null || point == null) {
                break;
            }
            noCrossing();
            mount = above;
            dentry = point;
        }
        if (dentry.isMountpoint()) {
            crossDown();
        }
    }

    // --- names ---

    /** The last component in the directory reached: cached or from the file system; negative if there is none. */
    Dentry child() {
        PathTrail noted = trail;
        if (noted != null) {
            noted.enters(dentry);
        }
        Dentry d = dentry.find(piece, lastStart, lastLength, lastHash);
        if (d != null && !d.superBlock.revalidates()) {
            return d;
        }
        return childSlow();
    }

    private Dentry childSlow() {
        Inode directory = dentry.inode();
        directory.lock.lock();
        try {
            return childLocked();
        } finally {
            directory.lock.unlock();
        }
    }

    /** As {@link #child}; the caller holds the directory's lock, so the answer stays true while it does. */
    Dentry childLocked() {
        return lookupLocked(dentry, dentry.find(piece, lastStart, lastLength, lastHash), lastLength, this);
    }

    /** Completes a look-up under the directory's lock. @param name asked for the name's text when it is needed */
    private static Dentry lookupLocked(Dentry directory, @Nullable Dentry cached, int length, PathWalk name) {
        if (length > Limits.NAME_MAX) {
            throw Errno.ENAMETOOLONG.exception();
        }
        Inode inode = directory.inode();
        if (!inode.isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
        // Before what is cached: nothing may be made in a removed directory, whatever was known of its names.
        if (directory.isDeleted()) {
            throw Errno.ENOENT.exception();
        }
        if (cached != null) {
            SuperBlock fs = directory.superBlock;
            if (!fs.revalidates()
                    || cached.isMountpoint()
                    || fs.revalidate(inode, cached.name(), cached.inodeOrNull())) {
                return cached;
            }
            directory.drop(cached, true);
        }
        String text = name.lastName();
        Dentry fresh = directory.add(text, inode.lookup(text));
        Task task = name.task;
        if (task != null) {
            task.kernel.vfs.shrinker.added(directory.superBlock);
        }
        return fresh;
    }

    // --- links ---

    private void followLink(Dentry link, Inode inode, boolean last) {
        if (linksFollowed++ >= Limits.MAXSYMLINKS
                || (resolveFlags & OpenFlags.RESOLVE_NO_SYMLINKS) != 0
                || mount.has(MountFlags.MS_NOSYMFOLLOW)) {
            throw Errno.ELOOP.exception();
        }
        if (last && protectedLink(inode)) {
            throw Errno.EACCES.exception();
        }
        PathTrail noted = trail;
        if (noted != null) {
            noted.follows(dentry.inode());
        }
        jumped = false;
        if (inode.isMagicLink() && (resolveFlags & OpenFlags.RESOLVE_NO_MAGICLINKS) != 0) {
            throw Errno.ELOOP.exception();
        }
        Path magic = inode.followMagic(task);
        if (magic != null) {
            jump(magic);
            return;
        }
        byte[] target = target(inode);
        Times.accessed(mount, inode, task);
        if (target.length == 0) {
            throw Errno.ENOENT.exception();
        }
        if (at < end) {
            restPiece[depth] = piece;
            restAt[depth] = at;
            restEnd[depth] = end;
            depth++;
        }
        piece = target;
        at = 0;
        end = target.length;
        if (target[0] == '/') {
            jumpToRoot();
            skipSlashes();
        }
    }

    /** What a link says. */
    byte[] target(Inode inode) {
        byte[] cached = inode.linkBytes;
        if (cached != null) {
            return cached;
        }
        byte[] target = inode.readlink(task).getBytes(StandardCharsets.ISO_8859_1);
        if (!inode.superBlock.revalidates()) {
            inode.linkBytes = target;
        }
        return target;
    }

    private void jump(Path magic) {
        if ((resolveFlags & (OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_IN_ROOT)) != 0) {
            throw Errno.EXDEV.exception();
        }
        if (magic.mount() != mount) {
            noCrossing();
        }
        place(magic);
        jumped = true;
    }

    private void jumpToRoot() {
        if ((resolveFlags & OpenFlags.RESOLVE_BENEATH) != 0) {
            throw Errno.EXDEV.exception();
        }
        if (rootMount != mount) {
            noCrossing();
        }
        mount = rootMount;
        dentry = rootDentry;
    }

    private void pop() {
        depth--;
        piece = restPiece[depth];
        at = restAt[depth];
        end = restEnd[depth];
    }

    /** fs.protected_symlinks, proc_sys_fs(5): in a sticky world-writable directory only the owner's or the directory owner's links are followed. */
    private boolean protectedLink(Inode link) {
        Inode directory = dentry.inode();
        int sticky = Mode.S_ISVTX | Mode.S_IWOTH;
        return (directory.mode & sticky) == sticky
                && link.uid != who.fsuid()
                && link.uid != directory.uid
                && task != null
                && task.kernel.vfs.protections.symlinks != 0;
    }
}
