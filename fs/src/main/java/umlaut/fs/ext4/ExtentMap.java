package umlaut.fs.ext4;

import java.util.ArrayList;
import java.util.List;
import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;

/**
 * A tree of extents (Linux: fs/ext4/extents.c; struct ext4_extent). Its leaves are kept in memory once read; a change writes the leaf it concerns, and the index above, which holds nothing
 * but each leaf's first block, is made anew when leaves come or go.
 */
final class ExtentMap implements BlockMap {
    private static final int MAGIC = 0xf30a, HEADER = 12, ENTRY = 12;
    private static final int ENTRIES = 2, MAX = 4, DEPTH = 6;
    private static final int IN_ROOT = 4;
    private static final int DEEPEST = 5;
    /** Longest extent; of unwritten ones one block less. */
    private static final int LONGEST = 32768;
    /** Of any file, whatever its map. */
    static final long MOST_BLOCKS = 0xffff_ffffL;
    /** Extents given back in a transaction. */
    private static final int STEP = 128;

    private static final class Extent {
        long logical;
        long physical;
        int count;
        boolean unwritten;

        Extent(long logical, long physical, int count, boolean unwritten) {
            this.logical = logical;
            this.physical = physical;
            this.count = count;
            this.unwritten = unwritten;
        }

        long end() {
            return logical + count;
        }
    }

    private static final class Leaf {
        /** 0: in the inode itself. */
        long block;

        final List<Extent> extents = new ArrayList<>();

        long first() {
            return extents.isEmpty() ? 0 : extents.getFirst().logical;
        }
    }

    private final Ext4Fs fs;
    private final Ext4Inode inode;
    private final List<Leaf> leaves = new ArrayList<>();
    private final List<Long> indexBlocks = new ArrayList<>();

    /** @throws umlaut.abi.ErrnoException EUCLEAN, EIO */
    ExtentMap(Ext4Inode inode) {
        this.inode = inode;
        this.fs = inode.fs;
        int depth = Bytes.u16(inode.raw, Ext4Inode.BLOCK + DEPTH);
        if (depth > DEEPEST) {
            throw damaged("tree too deep");
        }
        load(inode.raw, Ext4Inode.BLOCK, IN_ROOT, depth, 0);
        if (leaves.isEmpty()) {
            leaves.add(new Leaf());
        }
    }

    /** What a new inode's root is. */
    static void format(byte[] raw) {
        Bytes.put16(raw, Ext4Inode.BLOCK, MAGIC);
        Bytes.put16(raw, Ext4Inode.BLOCK + MAX, IN_ROOT);
    }

    private RuntimeException damaged(String what) {
        return fs.corrupt(Errno.EUCLEAN, "inode " + inode.ino + ": extents: " + what);
    }

    private void load(byte[] b, int at, int most, int depth, long block) {
        int entries = Bytes.u16(b, at + ENTRIES);
        boolean sane = Bytes.u16(b, at) == MAGIC
                && entries <= Bytes.u16(b, at + MAX)
                && Bytes.u16(b, at + MAX) <= most
                && Bytes.u16(b, at + DEPTH) == depth;
        if (!sane || depth > 0 && entries == 0) {
            throw damaged("bad header");
        }
        if (depth == 0) {
            loadLeaf(b, at, entries, block);
            return;
        }
        if (block != 0) {
            indexBlocks.add(block);
        }
        for (int i = 0; i < entries; i++) {
            int e = at + HEADER + i * ENTRY;
            long child = Bytes.u32(b, e + 4) | (long) Bytes.u16(b, e + 8) << 32;
            if (!fs.sb.isBlock(child, 1)) {
                throw damaged("index points outside");
            }
            load(node(child), 0, capacity(), depth - 1, child);
        }
    }

    private byte[] node(long block) {
        Buffer buffer = fs.cache.get(block);
        if (!buffer.verified) {
            byte[] b = buffer.data;
            int tail = HEADER + ENTRY * Math.min(Bytes.u16(b, MAX), capacity());
            if (fs.sb.checksums && Bytes.i32(b, tail) != Checksum.crc32c(inode.seed(), b, 0, tail)) {
                throw fs.corrupt(Errno.EBADMSG, "inode " + inode.ino + ": extent block " + block + ": bad checksum");
            }
            buffer.verified = true;
        }
        return buffer.data;
    }

    private void loadLeaf(byte[] b, int at, int entries, long block) {
        Leaf leaf = new Leaf();
        leaf.block = block;
        for (int i = 0; i < entries; i++) {
            int e = at + HEADER + i * ENTRY;
            int length = Bytes.u16(b, e + 4);
            boolean unwritten = length > LONGEST;
            int count = unwritten ? length - LONGEST : length;
            long physical = Bytes.u32(b, e + 8) | (long) Bytes.u16(b, e + 6) << 32;
            if (count == 0 || !fs.sb.isBlock(physical, count)) {
                throw damaged("extent points outside");
            }
            // Checked at once: index blocks that name a leaf again and again would never end.
            if (Bytes.u32(b, e) < endOf(leaf)) {
                throw damaged("out of order");
            }
            leaf.extents.add(new Extent(Bytes.u32(b, e), physical, count, unwritten));
        }
        if (entries == 0 && block != 0) {
            throw damaged("empty leaf");
        }
        leaves.add(leaf);
    }

    /** Where what has been read so far ends. */
    private long endOf(Leaf leaf) {
        if (!leaf.extents.isEmpty()) {
            return leaf.extents.getLast().end();
        }
        return leaves.isEmpty() || leaves.getLast().extents.isEmpty()
                ? 0
                : leaves.getLast().extents.getLast().end();
    }

    private int capacity() {
        return (fs.sb.blockSize - HEADER) / ENTRY;
    }

    @Override
    public boolean knowsUnwritten() {
        return true;
    }

    @Override
    public long limit() {
        return MOST_BLOCKS;
    }

    // --- looking ---

    /** The last leaf that begins at or before {@code logical}, or the first. */
    private int leafOf(long logical) {
        int low = 0;
        int high = leaves.size() - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            if (leaves.get(middle).first() <= logical) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Index of the first extent that ends behind {@code logical}. */
    private static int indexOf(Leaf leaf, long logical) {
        int low = 0;
        int high = leaf.extents.size();
        while (low < high) {
            int middle = low + high >>> 1;
            if (leaf.extents.get(middle).end() <= logical) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public void find(long logical, Piece into) {
        int l = leafOf(logical);
        Leaf leaf = leaves.get(l);
        int i = indexOf(leaf, logical);
        if (i < leaf.extents.size()) {
            Extent x = leaf.extents.get(i);
            if (x.logical <= logical) {
                long skip = logical - x.logical;
                into.set(x.physical + skip, x.count - skip, x.unwritten);
            } else {
                into.set(0, x.logical - logical, false);
            }
            return;
        }
        long next = l + 1 < leaves.size() ? leaves.get(l + 1).first() : limit();
        into.set(0, Math.max(1, next - logical), false);
    }

    // --- changing ---

    @Override
    public void insert(long logical, long physical, int count, boolean unwritten) {
        int l = leafOf(logical);
        Leaf leaf = leaves.get(l);
        int i = indexOf(leaf, logical);
        int most = unwritten ? LONGEST - 1 : LONGEST;
        long at = logical;
        long from = physical;
        int left = count;
        Extent before = i > 0 ? leaf.extents.get(i - 1) : null;
        if (before != null && joins(before, at, from, unwritten) && before.count < most) {
            int n = Math.min(left, most - before.count);
            before.count += n;
            at += n;
            from += n;
            left -= n;
        }
        while (left > 0) {
            int n = Math.min(left, most);
            leaf.extents.add(i++, new Extent(at, from, n, unwritten));
            at += n;
            from += n;
            left -= n;
        }
        Extent here = leaf.extents.get(i - 1);
        if (i < leaf.extents.size()) {
            Extent after = leaf.extents.get(i);
            if (joins(here, after.logical, after.physical, after.unwritten) && here.count + after.count <= most) {
                here.count += after.count;
                leaf.extents.remove(i);
            }
        }
        store(l);
    }

    private static boolean joins(Extent x, long logical, long physical, boolean unwritten) {
        return x.unwritten == unwritten && x.end() == logical && x.physical + x.count == physical;
    }

    @Override
    public void setWritten(long logical, long count) {
        long at = logical;
        while (at < logical + count) {
            int l = leafOf(at);
            Leaf leaf = leaves.get(l);
            int i = indexOf(leaf, at);
            Extent x = leaf.extents.get(i);
            long end = Math.min(x.end(), logical + count);
            if (x.unwritten) {
                i = cutAt(leaf, i, at);
                cutAt(leaf, i, end);
                leaf.extents.get(i).unwritten = false;
                merge(leaf, i);
                store(l);
            }
            at = end;
        }
    }

    /** Makes an extent begin at {@code logical}. @return its index */
    private static int cutAt(Leaf leaf, int i, long logical) {
        Extent x = leaf.extents.get(i);
        if (x.logical == logical) {
            return i;
        }
        if (x.end() == logical) {
            return i + 1;
        }
        int head = (int) (logical - x.logical);
        leaf.extents.add(i + 1, new Extent(logical, x.physical + head, x.count - head, x.unwritten));
        x.count = head;
        return i + 1;
    }

    private static void merge(Leaf leaf, int i) {
        for (int k = Math.min(i + 1, leaf.extents.size() - 1); k >= Math.max(1, i); k--) {
            Extent before = leaf.extents.get(k - 1);
            Extent x = leaf.extents.get(k);
            boolean fits = before.count + x.count <= (x.unwritten ? LONGEST - 1 : LONGEST);
            if (fits && joins(before, x.logical, x.physical, x.unwritten)) {
                before.count += x.count;
                leaf.extents.remove(k);
            }
        }
    }

    @Override
    public boolean remove(long from, long to) {
        for (int step = 0; step < STEP; step++) {
            int l = leafOf(to - 1);
            Leaf leaf = leaves.get(l);
            int i = indexOf(leaf, to - 1);
            if (i == leaf.extents.size() || leaf.extents.get(i).logical >= to) {
                i--;
            }
            while (i < 0 && l > 0) {
                leaf = leaves.get(--l);
                i = leaf.extents.size() - 1;
            }
            if (i < 0 || leaf.extents.get(i).end() <= from) {
                return true;
            }
            Extent x = leaf.extents.get(i);
            long start = Math.max(from, x.logical);
            long end = Math.min(to, x.end());
            long physical = x.physical + (start - x.logical);
            if (end < x.end()) {
                cutAt(leaf, i, end);
            }
            if (start > x.logical) {
                x.count = (int) (start - x.logical);
            } else {
                leaf.extents.remove(i);
            }
            fs.blocks.release(physical, end - start, inode.isUnseen());
            inode.addBlocks(start - end);
            store(l);
        }
        return false;
    }

    @Override
    public void shift(long from, long by) {
        Leaf last = leaves.getLast();
        if (by > 0 && !last.extents.isEmpty() && last.extents.getLast().end() + by > limit()) {
            throw Errno.EFBIG.exception();
        }
        int first = leafOf(from);
        Leaf leaf = leaves.get(first);
        int i = indexOf(leaf, from);
        if (i < leaf.extents.size() && leaf.extents.get(i).logical < from) {
            i = cutAt(leaf, i, from);
        }
        for (int l = first; l < leaves.size(); l++) {
            List<Extent> extents = leaves.get(l).extents;
            for (int k = l == first ? i : 0; k < extents.size(); k++) {
                extents.get(k).logical += by;
            }
        }
        if (i < leaf.extents.size()) {
            merge(leaf, i);
        }
        for (int l = first + 1; l < leaves.size(); l++) {
            write(leaves.get(l));
        }
        store(first);
    }

    // --- writing the tree ---

    private void store(int l) {
        Leaf leaf = leaves.get(l);
        if (leaf.extents.isEmpty() && leaves.size() > 1) {
            leaves.remove(l);
            giveBack(leaf.block);
            storeIndex();
            return;
        }
        if (leaves.size() == 1 && leaf.block != 0 && leaf.extents.size() <= IN_ROOT / 2) {
            giveBack(leaf.block);
            leaf.block = 0;
        }
        int room = leaf.block == 0 ? IN_ROOT : capacity();
        if (leaf.extents.size() > room) {
            if (leaf.block == 0) {
                leaf.block = take();
            } else {
                split(l);
            }
        }
        if (leaf.block != 0) {
            write(leaf);
        }
        storeIndex();
    }

    private void write(Leaf leaf) {
        byte[] b = new byte[fs.sb.blockSize];
        putHeader(b, 0, leaf.extents.size(), capacity(), 0);
        putExtents(leaf, b, HEADER);
        write(leaf.block, b);
    }

    /** At the file's end a new leaf begins with what does not fit, elsewhere with half. */
    private void split(int l) {
        Leaf leaf = leaves.get(l);
        Leaf right = new Leaf();
        right.block = take();
        int keep = l == leaves.size() - 1 ? capacity() : leaf.extents.size() / 2;
        List<Extent> moved = leaf.extents.subList(keep, leaf.extents.size());
        right.extents.addAll(moved);
        moved.clear();
        leaves.add(l + 1, right);
        write(right);
    }

    private static void putHeader(byte[] b, int at, int entries, int max, int depth) {
        Bytes.put16(b, at, MAGIC);
        Bytes.put16(b, at + ENTRIES, entries);
        Bytes.put16(b, at + MAX, max);
        Bytes.put16(b, at + DEPTH, depth);
        Bytes.put32(b, at + 8, 0);
    }

    private static void putExtents(Leaf leaf, byte[] b, int at) {
        int e = at;
        for (Extent x : leaf.extents) {
            Bytes.put32(b, e, x.logical);
            Bytes.put16(b, e + 4, x.unwritten ? x.count + LONGEST : x.count);
            Bytes.put16(b, e + 6, (int) (x.physical >>> 32));
            Bytes.put32(b, e + 8, x.physical);
            e += ENTRY;
        }
    }

    private record Child(long first, long block) {}

    /** The levels above the leaves, up to the root in the inode. */
    private void storeIndex() {
        byte[] root = new byte[Ext4Inode.BLOCK_SIZE];
        Leaf only = leaves.getFirst();
        int depth = 0;
        List<Child> level = new ArrayList<>();
        int used = 0;
        if (only.block == 0) {
            putHeader(root, 0, only.extents.size(), IN_ROOT, 0);
            putExtents(only, root, HEADER);
        } else {
            leaves.forEach(leaf -> level.add(new Child(leaf.first(), leaf.block)));
            depth = 1;
            while (level.size() > IN_ROOT) {
                List<Child> above = new ArrayList<>();
                for (int i = 0; i < level.size(); i += capacity()) {
                    List<Child> part = level.subList(i, Math.min(level.size(), i + capacity()));
                    if (used == indexBlocks.size()) {
                        indexBlocks.add(take());
                    }
                    long block = indexBlocks.get(used++);
                    byte[] b = new byte[fs.sb.blockSize];
                    putIndex(b, 0, part, capacity(), depth);
                    write(block, b);
                    above.add(new Child(part.getFirst().first, block));
                }
                level.clear();
                level.addAll(above);
                depth++;
            }
            putIndex(root, 0, level, IN_ROOT, depth);
        }
        while (indexBlocks.size() > used) {
            giveBack(indexBlocks.removeLast());
        }
        System.arraycopy(root, 0, inode.raw, Ext4Inode.BLOCK, root.length);
        inode.markDirty();
    }

    private static void putIndex(byte[] b, int at, List<Child> children, int max, int depth) {
        putHeader(b, at, children.size(), max, depth);
        int e = at + HEADER;
        for (Child child : children) {
            Bytes.put32(b, e, child.first);
            Bytes.put32(b, e + 4, child.block);
            Bytes.put16(b, e + 8, (int) (child.block >>> 32));
            e += ENTRY;
        }
    }

    private void write(long block, byte[] fresh) {
        Buffer buffer = fs.cache.get(block);
        int tail = HEADER + ENTRY * capacity();
        if (!java.util.Arrays.equals(buffer.data, 0, tail, fresh, 0, tail)) {
            System.arraycopy(fresh, 0, buffer.data, 0, tail);
            int seed = inode.seed();
            buffer.sealer = fs.sb.checksums ? b -> Bytes.put32(b, tail, Checksum.crc32c(seed, b, 0, tail)) : null;
            buffer.verified = true;
            fs.journal().dirty(buffer);
        }
    }

    private long take() {
        long block = fs.blocks.takeMeta(inode.goal());
        inode.addBlocks(1);
        fs.cache.fresh(block);
        return block;
    }

    private void giveBack(long block) {
        fs.journal().forget(block);
        fs.blocks.release(block, 1);
        inode.addBlocks(-1);
    }
}
