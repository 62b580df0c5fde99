package umlaut.fs.ext4;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;

/**
 * The index of a large directory: a tree over hashes of names, whose leaves are ordinary blocks of entries (Linux: fs/ext4/namei.c, dx_*). Block 0 is the root, behind the entries "." and
 * ".."; inner blocks look like an empty one to who does not know of it. Each index entry is the lowest hash of a block and the block; the lowest bit says that entries of the same hash
 * are in the block before, too.
 */
final class HTree {
    private static final int ROOT_INFO = 24, VERSION = 28, INFO_LENGTH = 29, LEVELS = 30, ROOT_ENTRIES = 32;
    private static final int NODE_ENTRIES = 8, ENTRY = 8;

    private final Ext4Directory dir;
    private final Ext4Fs fs;

    HTree(Ext4Directory dir) {
        this.dir = dir;
        this.fs = dir.fs;
    }

    /** One index block on the way down, and the entry taken there. */
    private final class Frame {
        final Buffer buffer;
        final int base;
        int at;

        Frame(Buffer buffer, int base) {
            this.buffer = buffer;
            this.base = base;
        }

        int count() {
            return Bytes.u16(buffer.data, base + 2);
        }

        int limit() {
            return Bytes.u16(buffer.data, base);
        }

        int hash(int i) {
            return i == 0 ? 0 : Bytes.i32(buffer.data, base + i * ENTRY);
        }

        long block(int i) {
            return Bytes.u32(buffer.data, base + i * ENTRY + 4) & 0x0fffffffL;
        }

        /** The last entry whose hash is not above {@code hash}. */
        void search(int hash) {
            int low = 0;
            int high = count() - 1;
            while (low < high) {
                int middle = low + high + 1 >>> 1;
                if (Integer.compareUnsigned(hash(middle), hash) <= 0) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            at = low;
        }

        void insert(int hash, long block) {
            int from = base + (at + 1) * ENTRY;
            byte[] b = buffer.data;
            System.arraycopy(b, from, b, from + ENTRY, (count() - at - 1) * ENTRY);
            Bytes.put32(b, from, hash);
            Bytes.put32(b, from + 4, block);
            Bytes.put16(b, base + 2, count() + 1);
            changed();
        }

        void changed() {
            buffer.sealer = sealer(base);
            fs.journal().dirty(buffer);
        }
    }

    private Buffer.@Nullable Sealer sealer(int base) {
        int seed = dir.seed();
        return fs.sb.checksums ? b -> Bytes.put32(b, sumAt(b, base), checksum(seed, b, base)) : null;
    }

    private static int sumAt(byte[] b, int base) {
        return base + Bytes.u16(b, base) * ENTRY + 4;
    }

    private static int checksum(int seed, byte[] b, int base) {
        int c = Checksum.crc32c(seed, b, 0, base + Bytes.u16(b, base + 2) * ENTRY);
        int tail = base + Bytes.u16(b, base) * ENTRY;
        c = Checksum.crc32c(c, b, tail, 4);
        return Checksum.crc32c(c, 0);
    }

    private int limit(int base) {
        return (fs.sb.blockSize - base - (fs.sb.checksums ? ENTRY : 0)) / ENTRY;
    }

    private RuntimeException damaged() {
        return fs.corrupt(Errno.EUCLEAN, "inode " + dir.ino + ": directory index is damaged");
    }

    private Frame frame(long block, int base) {
        Frame frame = new Frame(dir.indexBlock(block), base);
        if (frame.limit() != limit(base) || frame.count() == 0 || frame.count() > frame.limit()) {
            throw damaged();
        }
        byte[] b = frame.buffer.data;
        if (!frame.buffer.verified) {
            if (fs.sb.checksums && Bytes.i32(b, sumAt(b, base)) != checksum(dir.seed(), b, base)) {
                throw fs.corrupt(Errno.EBADMSG, "inode " + dir.ino + ": directory index has a bad checksum");
            }
            frame.buffer.verified = true;
        }
        return frame;
    }

    /** Its hash version as {@link DirHash} takes it. */
    private int version() {
        int version = Bytes.u8(dir.indexBlock(0).data, VERSION);
        return version < DirHash.UNSIGNED && (fs.sb.hashFlags & 2) != 0 ? version + DirHash.UNSIGNED : version;
    }

    private long hashOf(String name) {
        return DirHash.of(name, version(), fs.sb.hashSeed);
    }

    /** From the root to the last index block above the leaf that has {@code hash}. */
    private List<Frame> path(int hash) {
        byte[] root = dir.indexBlock(0).data;
        int levels = Bytes.u8(root, LEVELS);
        if (Bytes.u8(root, INFO_LENGTH) != 8 || levels > 2 || Bytes.u8(root, VERSION) > 5) {
            throw damaged();
        }
        List<Frame> path = new ArrayList<>();
        Frame frame = frame(0, ROOT_ENTRIES);
        frame.search(hash);
        path.add(frame);
        for (int i = 0; i < levels; i++) {
            frame = frame(frame.block(frame.at), NODE_ENTRIES);
            frame.search(hash);
            path.add(frame);
        }
        return path;
    }

    /** Steps to the next leaf. @return the hash it begins with, or null if there is none */
    private @Nullable Integer next(List<Frame> path) {
        int level = path.size() - 1;
        while (level >= 0 && path.get(level).at + 1 >= path.get(level).count()) {
            level--;
        }
        if (level < 0) {
            return null;
        }
        Frame frame = path.get(level);
        frame.at++;
        int hash = frame.hash(frame.at);
        for (int below = level + 1; below < path.size(); below++) {
            Frame fresh = frame(frame.block(frame.at), NODE_ENTRIES);
            path.set(below, fresh);
            frame = fresh;
        }
        return hash;
    }

    /** Where a name is. @return null if it is not there */
    Ext4Directory.@Nullable Place find(String name) {
        int hash = (int) (hashOf(name) >>> 32);
        List<Frame> path = path(hash);
        while (true) {
            Frame last = path.getLast();
            Buffer leaf = dir.entryBlock(last.block(last.at));
            int at = DirBlock.find(leaf.data, dir.entriesEnd(), name);
            if (at >= 0) {
                return new Ext4Directory.Place(leaf, at);
            }
            Integer following = next(path);
            boolean goesOn = following != null && (following & 1) != 0 && (following & ~1) == hash;
            if (!goesOn) {
                return null;
            }
        }
    }

    // --- adding ---

    void add(String name, long ino, int type) {
        int hash = (int) (hashOf(name) >>> 32);
        List<Frame> path = path(hash);
        Frame last = path.getLast();
        Buffer leaf = dir.entryBlock(last.block(last.at));
        if (DirBlock.add(leaf.data, dir.entriesEnd(), ino, name, type)) {
            dir.changed(leaf);
            return;
        }
        if (last.count() == last.limit()) {
            makeRoom(path);
            path = path(hash);
            last = path.getLast();
        }
        Buffer right = split(last, leaf);
        int border = Bytes.i32(last.buffer.data, last.base + (last.at + 1) * ENTRY);
        Buffer target = Integer.compareUnsigned(hash, border) >= 0 ? right : leaf;
        if (!DirBlock.add(target.data, dir.entriesEnd(), ino, name, type)) {
            throw Errno.ENOSPC.exception();
        }
        dir.changed(target);
    }

    record Named(String name, long ino, int type, long hash) {}

    private List<Named> entries(byte[] b) {
        List<Named> entries = new ArrayList<>();
        int version = version();
        for (int at = 0; at < dir.entriesEnd(); at += DirBlock.length(b, at)) {
            if (DirBlock.ino(b, at) != 0) {
                String name = DirBlock.name(b, at);
                long hash = DirHash.of(name, version, fs.sb.hashSeed);
                entries.add(new Named(name, DirBlock.ino(b, at), DirBlock.type(b, at), hash));
            }
        }
        sort(entries);
        return entries;
    }

    private static void sort(List<Named> entries) {
        entries.sort((a, b) -> Long.compareUnsigned(a.hash, b.hash));
    }

    /** Moves the upper half of a leaf, by hash and by size, to a new one. */
    private Buffer split(Frame last, Buffer leaf) {
        List<Named> entries = entries(leaf.data);
        int half =
                entries.stream().mapToInt(e -> DirBlock.need(e.name.length())).sum() / 2;
        int cut = 0;
        for (int sum = 0; cut < entries.size() - 1 && sum < half; cut++) {
            sum += DirBlock.need(entries.get(cut).name.length());
        }
        cut = Math.max(1, cut);
        int hash = (int) (entries.get(cut).hash >>> 32);
        boolean shared = (int) (entries.get(cut - 1).hash >>> 32) == hash;
        long[] block = new long[1];
        Buffer right = dir.append(block);
        fill(right, entries.subList(cut, entries.size()));
        fill(leaf, entries.subList(0, cut));
        last.insert(shared ? hash | 1 : hash, block[0]);
        return right;
    }

    private void fill(Buffer buffer, List<Named> entries) {
        DirBlock.format(buffer.data, dir.entriesEnd());
        for (Named e : entries) {
            DirBlock.add(buffer.data, dir.entriesEnd(), e.ino, e.name, e.type);
        }
        dir.changed(buffer);
    }

    /** An index block is full: it is split, or the root gets a level more. */
    private void makeRoom(List<Frame> path) {
        int level = path.size() - 1;
        while (level > 0 && path.get(level - 1).count() == path.get(level - 1).limit()) {
            level--;
        }
        Frame full = path.get(level);
        long[] block = new long[1];
        if (level == 0) {
            if (path.size() > (fs.sb.incompat(Feature.INCOMPAT_LARGEDIR) ? 2 : 1)) {
                throw Errno.ENOSPC.exception();
            }
            Frame node = node(block);
            byte[] b = full.buffer.data;
            int count = full.count();
            System.arraycopy(b, full.base + 4, node.buffer.data, node.base + 4, count * ENTRY - 4);
            Bytes.put16(node.buffer.data, node.base + 2, count);
            node.changed();
            Bytes.put16(b, full.base + 2, 1);
            Bytes.put32(b, full.base + 4, block[0]);
            b[LEVELS] = (byte) path.size();
            full.changed();
            return;
        }
        Frame node = node(block);
        int keep = full.count() / 2;
        int move = full.count() - keep;
        byte[] b = full.buffer.data;
        int hash = full.hash(keep);
        System.arraycopy(b, full.base + keep * ENTRY + 4, node.buffer.data, node.base + 4, move * ENTRY - 4);
        Bytes.put16(node.buffer.data, node.base + 2, move);
        Bytes.put16(b, full.base + 2, keep);
        node.changed();
        full.changed();
        path.get(level - 1).insert(hash, block[0]);
    }

    private Frame node(long[] block) {
        Buffer buffer = dir.append(block);
        byte[] b = buffer.data;
        java.util.Arrays.fill(b, (byte) 0);
        Bytes.put16(b, 4, fs.sb.blockSize);
        Bytes.put16(b, NODE_ENTRIES, limit(NODE_ENTRIES));
        Bytes.put16(b, NODE_ENTRIES + 2, 1);
        return new Frame(buffer, NODE_ENTRIES);
    }

    /** The entries in front of the root's index have been changed. */
    void changedRoot(Buffer root) {
        new Frame(root, ROOT_ENTRIES).changed();
    }

    /** Makes an index over a directory of one block, which is full. */
    void create() {
        Buffer root = dir.entryBlock(0);
        byte[] b = root.data;
        List<Named> entries = new ArrayList<>();
        long parent = 0;
        for (int at = 0; at < dir.entriesEnd(); at += DirBlock.length(b, at)) {
            String name = DirBlock.name(b, at);
            if (name.equals("..")) {
                parent = DirBlock.ino(b, at);
            } else if (DirBlock.ino(b, at) != 0 && !name.equals(".")) {
                entries.add(new Named(name, DirBlock.ino(b, at), DirBlock.type(b, at), 0));
            }
        }
        long[] block = new long[1];
        Buffer leaf = dir.append(block);
        java.util.Arrays.fill(b, (byte) 0);
        int type = dir.typeOf(umlaut.abi.Mode.S_IFDIR);
        DirBlock.put(b, 0, 12, dir.ino, ".", type);
        DirBlock.put(b, 12, fs.sb.blockSize - 12, parent, "..", type);
        b[VERSION] = (byte) (fs.sb.hashVersion % DirHash.UNSIGNED);
        b[INFO_LENGTH] = ROOT_ENTRIES - ROOT_INFO;
        Bytes.put16(b, ROOT_ENTRIES, limit(ROOT_ENTRIES));
        Bytes.put16(b, ROOT_ENTRIES + 2, 1);
        Bytes.put32(b, ROOT_ENTRIES + 4, block[0]);
        fill(leaf, entries);
        dir.setFlag(Ext4Inode.INDEX_FL, true);
        new Frame(root, ROOT_ENTRIES).changed();
    }

    // --- listing in order of hashes ---

    /** The entries of one leaf that are not before {@code from}; and where the next leaf begins. */
    record Listing(List<Named> entries, long next) {}

    static final long END = Long.MAX_VALUE;

    /** @param from a hash, both halves shifted right by one */
    Listing list(long from) {
        int hash = (int) (from >>> 31) & ~1;
        List<Frame> path = path(hash);
        Frame last = path.getLast();
        List<Named> entries = entries(dir.entryBlock(last.block(last.at)).data);
        Integer following = next(path);
        boolean more = following != null && (following & 1) != 0;
        while (following != null && (following & 1) != 0) {
            Frame leaf = path.getLast();
            entries.addAll(entries(dir.entryBlock(leaf.block(leaf.at)).data));
            following = next(path);
        }
        if (more) {
            sort(entries);
        }
        int passed = 0;
        while (passed < entries.size() && entries.get(passed).hash >>> 1 < from) {
            passed++;
        }
        entries = entries.subList(passed, entries.size());
        long next = following == null ? END : (following & 0xffff_ffffL) << 31;
        if (next <= from) {
            throw damaged();
        }
        return new Listing(following == null && entries.isEmpty() ? Collections.emptyList() : entries, next);
    }
}
