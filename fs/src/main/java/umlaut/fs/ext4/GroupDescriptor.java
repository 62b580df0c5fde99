package umlaut.fs.ext4;

import umlaut.fs.disk.Bytes;

/** A group descriptor of 64 bytes that is being made (struct ext4_group_desc): {@link Groups} has them of a mounted file system. */
final class GroupDescriptor {
    private final byte[] b;
    private final int at;

    GroupDescriptor(byte[] table, int at) {
        this.b = table;
        this.at = at;
    }

    private void put32(int low, int high, long value) {
        Bytes.put32(b, at + low, value);
        Bytes.put32(b, at + high, value >>> 32);
    }

    private void put16(int low, int high, int value) {
        Bytes.put16(b, at + low, value);
        Bytes.put16(b, at + high, value >>> 16);
    }

    void setPlaces(long blockBitmap, long inodeBitmap, long inodeTable) {
        put32(Groups.BLOCK_BITMAP, Groups.BLOCK_BITMAP + Groups.HIGH, blockBitmap);
        put32(Groups.INODE_BITMAP, Groups.INODE_BITMAP + Groups.HIGH, inodeBitmap);
        put32(Groups.INODE_TABLE, Groups.INODE_TABLE + Groups.HIGH, inodeTable);
    }

    /** Free inodes are at the end of the table, and were never used. */
    void setFree(int blocks, int inodes, int directories) {
        put16(Groups.FREE_BLOCKS, Groups.FREE_BLOCKS + Groups.COUNT_HIGH, blocks);
        put16(Groups.FREE_INODES, Groups.FREE_INODES + Groups.COUNT_HIGH, inodes);
        put16(Groups.DIRECTORIES, Groups.DIRECTORIES + Groups.COUNT_HIGH, directories);
        put16(Groups.UNUSED_INODES, Groups.UNUSED_INODES_HIGH, inodes);
    }

    void setBlockSum(int sum) {
        put16(Groups.BLOCK_SUM, Groups.BLOCK_SUM_HIGH, sum);
    }

    void setInodeSum(int sum) {
        put16(Groups.INODE_SUM, Groups.INODE_SUM_HIGH, sum);
    }

    /** The last step. @param seed what checksums of this file system start with */
    void seal(int flags, int seed, int group) {
        Bytes.put16(b, at + Groups.FLAGS, flags);
        Bytes.put16(b, at + Groups.CHECKSUM, Groups.crc32c(seed, group, b, at, MkfsLayout.DESC_SIZE));
    }
}
