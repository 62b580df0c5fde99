package umlaut.fs.ext4;

import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;

/** Blocks one by one, as ext2 and ext3 have it: twelve in the inode, then trees of one, two and three levels of blocks of 32-bit numbers (Linux: fs/ext4/indirect.c). */
final class IndirectMap implements BlockMap {
    private static final int DIRECT = 12, LEVELS = 3;
    /** Blocks given back in a transaction. */
    private static final int STEP = 4096;

    private final Ext4Fs fs;
    private final Ext4Inode inode;
    private final int shift;
    private final int perBlock;

    IndirectMap(Ext4Inode inode) {
        this.inode = inode;
        this.fs = inode.fs;
        this.perBlock = fs.sb.blockSize / 4;
        this.shift = fs.sb.blockShift - 2;
    }

    @Override
    public boolean knowsUnwritten() {
        return false;
    }

    @Override
    public long limit() {
        return Math.min(0xffff_ffffL, DIRECT + perBlock + (1L << 2 * shift) + (1L << 3 * shift));
    }

    /** The tree that holds a block: 0 for the direct ones, else its levels; and the block's number within it. */
    private int levelsOf(long logical, long[] within) {
        long rest = logical - DIRECT;
        if (rest < 0) {
            within[0] = logical;
            return 0;
        }
        for (int levels = 1; levels <= LEVELS; levels++) {
            long size = 1L << levels * shift;
            if (rest < size) {
                within[0] = rest;
                return levels;
            }
            rest -= size;
        }
        throw Errno.EFBIG.exception();
    }

    private int rootAt(int levels) {
        return Ext4Inode.BLOCK + 4 * (DIRECT + levels - 1);
    }

    private Buffer node(long block) {
        if (!fs.sb.isBlock(block, 1)) {
            throw fs.corrupt(Errno.EUCLEAN, "inode " + inode.ino + ": indirect block " + block + " outside");
        }
        return fs.cache.get(block);
    }

    @Override
    public void find(long logical, Piece into) {
        long[] within = new long[1];
        int levels = levelsOf(logical, within);
        if (levels == 0) {
            run(inode.raw, Ext4Inode.BLOCK, (int) logical, DIRECT, into);
            return;
        }
        long block = Bytes.u32(inode.raw, rootAt(levels));
        for (int level = levels; level > 0; level--) {
            long span = 1L << (level - 1) * shift;
            if (block == 0) {
                into.set(0, (span << shift) - (within[0] & (span << shift) - 1), false);
                return;
            }
            byte[] b = node(block).data;
            int index = (int) (within[0] / span & perBlock - 1);
            if (level == 1) {
                run(b, 0, index, perBlock, into);
                return;
            }
            block = Bytes.u32(b, index * 4);
            if (block == 0) {
                into.set(0, span - (within[0] & span - 1), false);
                return;
            }
        }
    }

    private void run(byte[] b, int base, int index, int end, Piece into) {
        long first = Bytes.u32(b, base + index * 4);
        int n = 1;
        while (index + n < end && Bytes.u32(b, base + (index + n) * 4) == (first == 0 ? 0 : first + n)) {
            n++;
        }
        if (first != 0 && !fs.sb.isBlock(first, n)) {
            throw fs.corrupt(Errno.EUCLEAN, "inode " + inode.ino + ": block " + first + " outside");
        }
        into.set(first, n, false);
    }

    @Override
    public void insert(long logical, long physical, int count, boolean unwritten) {
        long[] within = new long[1];
        for (int i = 0; i < count; i++) {
            int levels = levelsOf(logical + i, within);
            if (levels == 0) {
                Bytes.put32(inode.raw, Ext4Inode.BLOCK + 4 * (int) within[0], physical + i);
            } else {
                put(levels, within[0], physical + i);
            }
        }
        inode.markDirty();
    }

    private void put(int levels, long within, long physical) {
        byte[] b = inode.raw;
        int at = rootAt(levels);
        Buffer holder = null;
        for (int level = levels; level > 0; level--) {
            long child = Bytes.u32(b, at);
            Buffer buffer;
            if (child == 0) {
                child = fs.blocks.takeMeta(inode.goal());
                inode.addBlocks(1);
                buffer = fs.cache.fresh(child);
                Bytes.put32(b, at, child);
                if (holder != null) {
                    fs.journal().dirty(holder);
                }
                fs.journal().dirty(buffer);
            } else {
                buffer = node(child);
            }
            b = buffer.data;
            at = (int) (within >> (level - 1) * shift & perBlock - 1) * 4;
            holder = buffer;
        }
        Bytes.put32(b, at, physical);
        if (holder != null) {
            fs.journal().dirty(holder);
        }
    }

    @Override
    public void setWritten(long logical, long count) {}

    @Override
    public void shift(long from, long by) {
        throw Errno.EOPNOTSUPP.exception();
    }

    private int budget;

    @Override
    public boolean remove(long from, long to) {
        budget = STEP;
        for (int levels = LEVELS; levels > 0 && budget > 0; levels--) {
            long start = DIRECT;
            for (int l = 1; l < levels; l++) {
                start += 1L << l * shift;
            }
            int at = rootAt(levels);
            long block = Bytes.u32(inode.raw, at);
            if (block != 0 && to > start && removeBelow(block, levels, from - start, to - start)) {
                Bytes.put32(inode.raw, at, 0);
                giveBackNode(block);
            }
        }
        for (long i = Math.min(DIRECT, to) - 1; i >= from && budget > 0; i--) {
            int at = Ext4Inode.BLOCK + 4 * (int) i;
            giveBack(Bytes.u32(inode.raw, at));
            Bytes.put32(inode.raw, at, 0);
        }
        inode.markDirty();
        return budget > 0;
    }

    /** @return whether nothing is left below the node */
    private boolean removeBelow(long block, int level, long from, long to) {
        Buffer buffer = node(block);
        byte[] b = buffer.data;
        long span = 1L << (level - 1) * shift;
        int first = (int) Math.max(0, Math.min(perBlock, from / span));
        int last = (int) Math.min(perBlock, (to + span - 1) / span);
        for (int i = last - 1; i >= first && from < (i + 1) * span && budget > 0; i--) {
            long child = Bytes.u32(b, i * 4);
            if (child == 0) {
                continue;
            }
            if (level == 1) {
                giveBack(child);
            } else if (removeBelow(child, level - 1, from - i * span, to - i * span)) {
                giveBackNode(child);
            } else {
                continue;
            }
            Bytes.put32(b, i * 4, 0);
            fs.journal().dirty(buffer);
        }
        for (int i = 0; i < perBlock; i++) {
            if (Bytes.i32(b, i * 4) != 0) {
                return false;
            }
        }
        return true;
    }

    private void giveBack(long block) {
        if (block != 0) {
            fs.blocks.release(block, 1);
            inode.addBlocks(-1);
            budget--;
        }
    }

    private void giveBackNode(long block) {
        fs.journal().forget(block);
        fs.blocks.release(block, 1);
        inode.addBlocks(-1);
    }
}
