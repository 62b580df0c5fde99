package umlaut.fs.ext4;

/**
 * Where a new file system's own blocks lie, as mke2fs(8) lays them out with flex_bg: the bitmaps and inode tables of sixteen groups stand together at the beginning of the first of them,
 * so that the others are free from end to end. Blocks of 4 KiB, block 0 the first.
 */
final class MkfsLayout {
    static final int BLOCK_SIZE = 4096, BLOCKS_PER_GROUP = 8 * BLOCK_SIZE, INODE_SIZE = 256, DESC_SIZE = 64;
    static final int FLEX_SHIFT = 4, FLEX = 1 << FLEX_SHIFT;
    private static final int INODES_PER_BLOCK = BLOCK_SIZE / INODE_SIZE;
    /** With more the tables of sixteen groups would fill a group. */
    private static final int MOST_INODES = 1 << 14;
    /** A last group with less room than this for files is not worth having. */
    private static final int LEAST_ROOM = 50;

    private static final int FIRST_INODE = 11;

    final long blocks;
    final int groups, inodesPerGroup, tableBlocks, descriptorBlocks;

    /**
     * @param bytes of the device
     * @param bytesPerInode how much room there is for each inode
     */
    MkfsLayout(long bytes, long bytesPerInode) {
        long all = bytes / BLOCK_SIZE;
        int count = (int) ((all + BLOCKS_PER_GROUP - 1) / BLOCKS_PER_GROUP);
        descriptorBlocks = (count * DESC_SIZE + BLOCK_SIZE - 1) / BLOCK_SIZE;
        long wanted = Math.max(bytes / bytesPerInode / count, 2 * FIRST_INODE);
        inodesPerGroup = (int) Math.min(MOST_INODES, (wanted + INODES_PER_BLOCK - 1) & -INODES_PER_BLOCK);
        tableBlocks = inodesPerGroup / INODES_PER_BLOCK;
        long last = all - (count - 1L) * BLOCKS_PER_GROUP;
        if (count > 1 && last < 1 + descriptorBlocks + 2 + tableBlocks + LEAST_ROOM) {
            count--;
            all = (long) count * BLOCKS_PER_GROUP;
        }
        groups = count;
        blocks = all;
    }

    private static int flexStart(int group) {
        return group & -FLEX;
    }

    private int inFlex(int group) {
        return Math.min(FLEX, groups - flexStart(group));
    }

    static long start(int group) {
        return (long) group * BLOCKS_PER_GROUP;
    }

    int blocksIn(int group) {
        return (int) Math.min(BLOCKS_PER_GROUP, blocks - start(group));
    }

    /** Has the group copies of superblock and descriptors (sparse_super)? */
    static boolean hasSuper(int group) {
        return group <= 1 || isPower(group, 3) || isPower(group, 5) || isPower(group, 7);
    }

    private static boolean isPower(int n, int base) {
        long p = base;
        while (p < n) {
            p *= base;
        }
        return p == n;
    }

    /** Blocks at a group's beginning for those copies. */
    int base(int group) {
        return hasSuper(group) ? 1 + descriptorBlocks : 0;
    }

    long blockBitmap(int group) {
        int first = flexStart(group);
        return start(first) + base(first) + group - first;
    }

    long inodeBitmap(int group) {
        return blockBitmap(group) + inFlex(group);
    }

    long inodeTable(int group) {
        int first = flexStart(group);
        return start(first) + base(first) + 2L * inFlex(group) + (long) (group - first) * tableBlocks;
    }

    /** Blocks at a group's beginning that are the file system's own. */
    int own(int group) {
        boolean first = group == flexStart(group);
        return base(group) + (first ? inFlex(group) * (2 + tableBlocks) : 0);
    }
}
