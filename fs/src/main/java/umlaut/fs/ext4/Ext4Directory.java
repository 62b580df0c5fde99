package umlaut.fs.ext4;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import umlaut.abi.DirentType;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.RenameFlags;
import umlaut.fs.disk.Bytes;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** A directory: blocks of entries, searched one by one or, when there are many, by their index ({@link HTree}). Guarded by the inode's lock. */
final class Ext4Directory extends Ext4Inode {
    private static final int ROOT = 2;
    private static final int MOST_LINKS = 65000;
    /** Types of entries on disk, by file type: the kind of S_IF* shifted down. */
    private static final int[] TYPES = {0, 5, 3, 0, 2, 0, 4, 0, 1, 0, 7, 0, 6, 0, 0, 0};

    /** Where an entry lies. */
    record Place(Buffer buffer, int at) {}

    /** Where the last entry was put: those before are likely full. */
    private long hint;

    Ext4Directory(Ext4Fs fs, long ino, byte[] raw) {
        super(fs, ino, raw);
    }

    // --- blocks ---

    private boolean isIndexed() {
        return has(INDEX_FL) && fs.sb.compat(Feature.COMPAT_DIR_INDEX);
    }

    /** Where entries end in a block: before its checksum. */
    int entriesEnd() {
        return fs.sb.blockSize - (fs.sb.checksums ? DirBlock.TAIL : 0);
    }

    int typeOf(int mode) {
        return fs.sb.incompat(Feature.INCOMPAT_FILETYPE) ? TYPES[mode >> 12 & 15] : 0;
    }

    private long blockCount() {
        return size >> fs.sb.blockShift;
    }

    private Buffer block(long logical) {
        BlockMap.Piece piece = new BlockMap.Piece();
        if (logical >= 0 && logical < blockCount()) {
            map().find(logical, piece);
        }
        if (!piece.isData()) {
            throw fs.corrupt(Errno.EUCLEAN, "directory " + ino + " has no block " + logical);
        }
        return fs.cache.get(piece.physical);
    }

    /** A block of the index; its reader checks it. */
    Buffer indexBlock(long logical) {
        return block(logical);
    }

    Buffer entryBlock(long logical) {
        Buffer buffer = block(logical);
        if (!buffer.verified) {
            byte[] b = buffer.data;
            boolean inner = isIndexed() && (logical == 0 || DirBlock.length(b, 0) == fs.sb.blockSize);
            int end = inner ? fs.sb.blockSize : entriesEnd();
            if (!DirBlock.isSane(b, end)) {
                throw fs.corrupt(Errno.EUCLEAN, "directory " + ino + ": block " + logical + " is damaged");
            }
            if (inner) {
                return buffer;
            }
            if (fs.sb.checksums && Bytes.i32(b, end + 8) != Checksum.crc32c(seed(), b, 0, end)) {
                throw fs.corrupt(Errno.EBADMSG, "directory " + ino + ": block " + logical + ": bad checksum");
            }
            buffer.verified = true;
        }
        return buffer;
    }

    /** A block of entries has been changed. */
    void changed(Buffer buffer) {
        int seed = seed();
        int end = entriesEnd();
        buffer.sealer = fs.sb.checksums ? b -> Bytes.put32(b, end + 8, Checksum.crc32c(seed, b, 0, end)) : null;
        fs.journal().dirty(buffer);
    }

    /** Adds a block. @param logical filled with its number */
    Buffer append(long[] logical) {
        logical[0] = blockCount();
        long near = goal();
        if (logical[0] > 0) {
            BlockMap.Piece before = new BlockMap.Piece();
            map().find(logical[0] - 1, before);
            near = before.physical + 1;
        }
        long physical = fs.blocks.take(near, 1, null, 0).block();
        map().insert(logical[0], physical, 1, false);
        addBlocks(1);
        size += fs.sb.blockSize;
        markDirty();
        Buffer buffer = fs.cache.fresh(physical);
        DirBlock.format(buffer.data, entriesEnd());
        return buffer;
    }

    // --- entries ---

    @Nullable Place find(String name) {
        if (isIndexed() && !name.equals("..") && !name.equals(".")) {
            return new HTree(this).find(name);
        }
        long count = isIndexed() ? 1 : blockCount();
        for (long i = 0; i < count; i++) {
            Buffer buffer = isIndexed() ? indexBlock(0) : entryBlock(i);
            int at = DirBlock.find(buffer.data, isIndexed() ? 24 : entriesEnd(), name);
            if (at >= 0) {
                return new Place(buffer, at);
            }
        }
        return null;
    }

    private Place require(String name) {
        Place place = find(name);
        if (place == null) {
            throw fs.corrupt(Errno.EUCLEAN, "directory " + ino + " has lost an entry");
        }
        return place;
    }

    @Override
    public @Nullable Inode lookup(String name) {
        if (name.length() > 255) {
            throw Errno.ENAMETOOLONG.exception();
        }
        if (has(INLINE_DATA_FL)) {
            return InlineDirectory.lookup(this, name);
        }
        Place place = find(name);
        return place == null ? null : fs.inode(DirBlock.ino(place.buffer.data, place.at));
    }

    /** Within a transaction. */
    private void add(String name, Ext4Inode inode) {
        int type = typeOf(inode.mode);
        if (isIndexed()) {
            new HTree(this).add(name, inode.ino, type);
            return;
        }
        long count = blockCount();
        for (long k = 0; k < count; k++) {
            long i = (hint + k) % count;
            Buffer buffer = entryBlock(i);
            if (DirBlock.add(buffer.data, entriesEnd(), inode.ino, name, type)) {
                hint = i;
                changed(buffer);
                return;
            }
        }
        if (count == 1 && fs.sb.compat(Feature.COMPAT_DIR_INDEX)) {
            HTree index = new HTree(this);
            index.create();
            index.add(name, inode.ino, type);
            return;
        }
        long[] logical = new long[1];
        Buffer buffer = append(logical);
        DirBlock.add(buffer.data, entriesEnd(), inode.ino, name, type);
        hint = logical[0];
        changed(buffer);
    }

    private void remove(String name) {
        Place place = require(name);
        DirBlock.remove(place.buffer.data, place.at);
        changed(place.buffer);
        hint = 0;
    }

    /** What a name or ".." stands for from now on. */
    private void point(String name, Ext4Inode inode) {
        Place place = require(name);
        Bytes.put32(place.buffer.data, place.at, inode.ino);
        place.buffer.data[place.at + 7] = (byte) typeOf(inode.mode);
        if (isIndexed() && name.equals("..")) {
            new HTree(this).changedRoot(place.buffer);
        } else {
            changed(place.buffer);
        }
    }

    long parentNumber() {
        if (has(INLINE_DATA_FL)) {
            return Bytes.u32(raw, BLOCK);
        }
        Place place = find("..");
        return place == null ? ino : DirBlock.ino(place.buffer.data, place.at);
    }

    /** A directory that lies in its inode gets a block, since it is about to be changed. Within a transaction. */
    private void leaveInlineData() {
        if (!has(INLINE_DATA_FL)) {
            return;
        }
        List<HTree.Named> entries = InlineDirectory.entries(this);
        long parent = parentNumber();
        int links = nlink;
        leaveInode();
        size = 0;
        format(parent);
        nlink = links;
        Buffer buffer = entryBlock(0);
        for (HTree.Named e : entries) {
            DirBlock.add(buffer.data, entriesEnd(), e.ino(), e.name(), e.type());
        }
        changed(buffer);
    }

    private boolean isEmpty() {
        if (has(INLINE_DATA_FL)) {
            return InlineDirectory.entries(this).isEmpty();
        }
        for (long i = 0; i < blockCount(); i++) {
            Buffer buffer = entryBlock(i);
            byte[] b = buffer.data;
            int end = isIndexed() && i == 0 ? 24 : entriesEnd();
            for (int at = 0; at < end; at += DirBlock.length(b, at)) {
                if (DirBlock.ino(b, at) != 0 && !DirBlock.is(b, at, ".") && !DirBlock.is(b, at, "..")) {
                    return false;
                }
            }
        }
        return true;
    }

    // --- changes: the VFS has checked all ---

    private <T> T change(Supplier<T> body) {
        fs.requireWritable();
        Object[] result = new Object[1];
        fs.changing(() -> {
            leaveInlineData();
            result[0] = body.get();
        });
        @SuppressWarnings("unchecked")
        T made = (T) result[0];
        return made;
    }

    private Ext4Inode make(int mode, Credentials owner) {
        boolean directory = Mode.isDir(mode);
        long number = fs.inodes.take(ino, directory, ino == ROOT);
        Ext4Inode inode = fs.newInode(number, mode);
        inode.init(this, owner, fs.nowNs());
        return inode;
    }

    @Override
    public Inode create(String name, int mode, long device, Credentials owner) {
        return change(() -> {
            Ext4Inode inode = make(mode, owner);
            inode.rdev = device;
            enter(name, inode);
            return inode;
        });
    }

    /** Enters a new object; if that fails the object goes again. */
    private void enter(String name, Ext4Inode inode) {
        try {
            add(name, inode);
        } catch (RuntimeException e) {
            fs.discardNew(inode);
            throw e;
        }
    }

    @Override
    public Inode mkdir(String name, int mode, Credentials owner) {
        if (nlink >= MOST_LINKS && !fs.sb.readOnlyCompat(Feature.RO_DIR_NLINK)) {
            throw Errno.EMLINK.exception();
        }
        return change(() -> {
            Ext4Directory made = (Ext4Directory) make(Mode.S_IFDIR | mode & Mode.S_IALLUGO, owner);
            try {
                made.format(ino);
                add(name, made);
            } catch (RuntimeException e) {
                fs.discardNew(made);
                throw e;
            }
            nlink++;
            markDirty();
            return made;
        });
    }

    private void format(long parent) {
        Buffer buffer = append(new long[1]);
        int type = typeOf(Mode.S_IFDIR);
        DirBlock.put(buffer.data, 0, 12, ino, ".", type);
        DirBlock.put(buffer.data, 12, entriesEnd() - 12, parent, "..", type);
        nlink = 2;
        changed(buffer);
    }

    @Override
    public Inode symlink(String name, String target, Credentials owner) {
        if (target.length() >= fs.sb.blockSize) {
            throw Errno.ENAMETOOLONG.exception();
        }
        return change(() -> {
            Ext4Symlink link = (Ext4Symlink) make(Mode.S_IFLNK | 0777, owner);
            try {
                link.setTarget(target);
                add(name, link);
            } catch (RuntimeException e) {
                fs.discardNew(link);
                throw e;
            }
            return link;
        });
    }

    @Override
    public Inode tmpfile(int mode, Credentials owner) {
        return change(() -> {
            Ext4Inode inode = make(Mode.S_IFREG | mode & Mode.S_IALLUGO, owner);
            inode.nlink = 0;
            fs.orphans.add(inode);
            return inode;
        });
    }

    @Override
    public void link(String name, Inode target) {
        Ext4Inode inode = (Ext4Inode) target;
        if (inode.nlink >= MOST_LINKS) {
            throw Errno.EMLINK.exception();
        }
        change(() -> {
            add(name, inode);
            inode.nlink++;
            fs.orphans.remove(inode);
            inode.markDirty();
            return inode;
        });
    }

    @Override
    public void unlink(String name, Inode victim) {
        change(() -> {
            remove(name);
            dropLink((Ext4Inode) victim);
            return victim;
        });
    }

    private void dropLink(Ext4Inode victim) {
        victim.nlink--;
        if (victim.nlink == 0) {
            fs.orphans.add(victim);
        }
        victim.markDirty();
    }

    @Override
    public void rmdir(String name, Inode victim) {
        requireEmpty(victim);
        change(() -> {
            remove(name);
            dropDirectory((Ext4Directory) victim);
            return victim;
        });
    }

    private static void requireEmpty(Inode victim) {
        if (victim instanceof Ext4Directory directory && !directory.isEmpty()) {
            throw Errno.ENOTEMPTY.exception();
        }
    }

    private void dropDirectory(Ext4Directory victim) {
        victim.nlink = 0;
        fs.orphans.add(victim);
        victim.markDirty();
        dropParentLink();
    }

    private void dropParentLink() {
        if (nlink > 2) {
            nlink--;
        }
        markDirty();
    }

    @Override
    public void rename(
            String oldName, Inode moved, Inode newParent, String newName, @Nullable Inode replaced, int flags) {
        Ext4Directory to = (Ext4Directory) newParent;
        Ext4Inode inode = (Ext4Inode) moved;
        if ((flags & RenameFlags.RENAME_EXCHANGE) != 0 && replaced != null) {
            change(() -> exchange(oldName, inode, to, newName, (Ext4Inode) replaced));
            return;
        }
        if (replaced != null) {
            requireEmpty(replaced);
        }
        change(() -> {
            to.leaveInlineData();
            if (replaced == null) {
                to.add(newName, inode);
            } else {
                to.point(newName, inode);
            }
            if ((flags & RenameFlags.RENAME_WHITEOUT) != 0) {
                Ext4Inode whiteout = make(Mode.S_IFCHR, Credentials.ROOT);
                point(oldName, whiteout);
            } else {
                remove(oldName);
            }
            if (replaced instanceof Ext4Directory directory) {
                to.dropDirectory(directory);
            } else if (replaced != null) {
                to.dropLink((Ext4Inode) replaced);
            }
            moveParent(inode, to);
            inode.markDirty();
            return inode;
        });
    }

    private Ext4Inode exchange(String oldName, Ext4Inode moved, Ext4Directory to, String newName, Ext4Inode other) {
        to.leaveInlineData();
        point(oldName, other);
        to.point(newName, moved);
        moveParent(moved, to);
        to.moveParent(other, this);
        moved.markDirty();
        other.markDirty();
        return moved;
    }

    /** A directory that has come from here to {@code to}. */
    private void moveParent(Ext4Inode moved, Ext4Directory to) {
        if (moved instanceof Ext4Directory directory && to != this) {
            directory.leaveInlineData();
            directory.point("..", to);
            dropParentLink();
            to.nlink++;
            to.markDirty();
        }
    }

    @Override
    boolean releaseBlocks() {
        if (has(INLINE_DATA_FL)) {
            return true;
        }
        BlockMap.Piece piece = new BlockMap.Piece();
        for (long i = 0; i < blockCount(); i++) {
            map().find(i, piece);
            if (piece.physical != 0) {
                fs.journal().forget(piece.physical);
            }
        }
        return map().remove(0, map().limit());
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new Ext4DirectoryFile(this, path, flags, task == null ? Credentials.ROOT : task.credentials());
    }

    /** DT_* of an entry. */
    static int direntType(int type) {
        return switch (type) {
            case 1 -> DirentType.DT_REG;
            case 2 -> DirentType.DT_DIR;
            case 3 -> DirentType.DT_CHR;
            case 4 -> DirentType.DT_BLK;
            case 5 -> DirentType.DT_FIFO;
            case 6 -> DirentType.DT_SOCK;
            case 7 -> DirentType.DT_LNK;
            default -> DirentType.DT_UNKNOWN;
        };
    }

    boolean listsByHash() {
        return isIndexed();
    }

    long blocksToList() {
        return blockCount();
    }
}
