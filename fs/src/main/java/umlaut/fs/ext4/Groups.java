package umlaut.fs.ext4;

import java.util.HashMap;
import java.util.Map;
import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;

/** The group descriptors (struct ext4_group_desc): where each block group's bitmaps and inodes lie, and how much of it is free. Changes under the allocator's lock. */
final class Groups {
    static final int INODE_UNINIT = 1, BLOCK_UNINIT = 2, INODE_ZEROED = 4;
    static final int FLAGS = 18, CHECKSUM = 30;
    /** Low half of a field and, in descriptors of 64 bytes, its high half. */
    static final int BLOCK_BITMAP = 0, INODE_BITMAP = 4, INODE_TABLE = 8, HIGH = 32;

    static final int FREE_BLOCKS = 12, FREE_INODES = 14, DIRECTORIES = 16, UNUSED_INODES = 28, COUNT_HIGH = 32;
    /** Relative to the descriptor, as all but {@link #COUNT_HIGH}, which is relative to the low half. */
    static final int UNUSED_INODES_HIGH = 50;

    static final int BLOCK_SUM = 24, BLOCK_SUM_HIGH = 56, INODE_SUM = 26, INODE_SUM_HIGH = 58;

    private final Super sb;
    private final Buffer[] buffers;
    private final boolean wide;

    /** @throws umlaut.abi.ErrnoException EUCLEAN for descriptors that make no sense, EBADMSG for wrong checksums */
    Groups(Super sb, BufferCache cache) {
        this.sb = sb;
        this.wide = sb.wide;
        buffers = new Buffer[sb.groupCount];
        Map<Long, Buffer> read = new HashMap<>();
        for (int g = 0; g < sb.groupCount; g++) {
            long block = sb.descriptorBlock(g);
            if (!sb.isBlock(block, 1)) {
                throw Errno.EUCLEAN.exception();
            }
            buffers[g] = read.computeIfAbsent(block, b -> new Buffer(b, cache.read(b)));
            check(g);
        }
    }

    private void check(int g) {
        long tables = (long) sb.inodesPerGroup * sb.inodeSize + sb.blockSize - 1 >> sb.blockShift;
        if (!sb.isBlock(blockBitmap(g), 1) || !sb.isBlock(inodeBitmap(g), 1) || !sb.isBlock(inodeTable(g), tables)) {
            throw Errno.EUCLEAN.exception();
        }
        if ((sb.checksums || sb.oldChecksums) && checksum(g) != Bytes.u16(data(g), at(g) + CHECKSUM)) {
            throw Errno.EBADMSG.exception();
        }
    }

    Buffer buffer(int g) {
        return buffers[g];
    }

    private byte[] data(int g) {
        return buffers[g].data;
    }

    private int at(int g) {
        return g % sb.descsPerBlock() * sb.descSize;
    }

    private long block(int g, int field) {
        byte[] b = data(g);
        int at = at(g) + field;
        return Bytes.u32(b, at) | (wide ? Bytes.u32(b, at + HIGH) << 32 : 0);
    }

    long blockBitmap(int g) {
        return block(g, BLOCK_BITMAP);
    }

    long inodeBitmap(int g) {
        return block(g, INODE_BITMAP);
    }

    long inodeTable(int g) {
        return block(g, INODE_TABLE);
    }

    private int count(int g, int field) {
        byte[] b = data(g);
        int at = at(g) + field;
        int high = wide
                ? Bytes.u16(b, at + (field == UNUSED_INODES ? UNUSED_INODES_HIGH - UNUSED_INODES : COUNT_HIGH))
                : 0;
        return Bytes.u16(b, at) | high << 16;
    }

    private void setCount(int g, int field, int value) {
        byte[] b = data(g);
        int at = at(g) + field;
        Bytes.put16(b, at, value);
        if (wide) {
            Bytes.put16(
                    b, at + (field == UNUSED_INODES ? UNUSED_INODES_HIGH - UNUSED_INODES : COUNT_HIGH), value >>> 16);
        }
    }

    int freeBlocks(int g) {
        return count(g, FREE_BLOCKS);
    }

    void setFreeBlocks(int g, int n) {
        setCount(g, FREE_BLOCKS, n);
    }

    int freeInodes(int g) {
        return count(g, FREE_INODES);
    }

    void setFreeInodes(int g, int n) {
        setCount(g, FREE_INODES, n);
    }

    int directories(int g) {
        return count(g, DIRECTORIES);
    }

    void setDirectories(int g, int n) {
        setCount(g, DIRECTORIES, n);
    }

    /** Inodes at the end of the table that were never used. */
    int unusedInodes(int g) {
        return sb.checksums || sb.oldChecksums ? count(g, UNUSED_INODES) : 0;
    }

    void setUnusedInodes(int g, int n) {
        setCount(g, UNUSED_INODES, n);
    }

    boolean has(int g, int flag) {
        return (sb.checksums || sb.oldChecksums) && (Bytes.u16(data(g), at(g) + FLAGS) & flag) != 0;
    }

    void clear(int g, int flag) {
        int at = at(g) + FLAGS;
        Bytes.put16(data(g), at, Bytes.u16(data(g), at) & ~flag);
    }

    private boolean hasHighSums() {
        return sb.descSize >= 60;
    }

    private void setSum(int g, int low, int high, int sum) {
        Bytes.put16(data(g), at(g) + low, sum);
        if (hasHighSums()) {
            Bytes.put16(data(g), at(g) + high, sum >>> 16);
        }
    }

    private boolean sumFits(int g, int low, int high, int sum) {
        boolean fits = Bytes.u16(data(g), at(g) + low) == (sum & 0xffff);
        return fits && (!hasHighSums() || Bytes.u16(data(g), at(g) + high) == sum >>> 16);
    }

    boolean blockBitmapFits(int g, byte[] bitmap) {
        int sum = Checksum.crc32c(sb.seed, bitmap, 0, sb.blocksPerGroup / 8);
        return !sb.checksums || sumFits(g, BLOCK_SUM, BLOCK_SUM_HIGH, sum);
    }

    boolean inodeBitmapFits(int g, byte[] bitmap) {
        int sum = Checksum.crc32c(sb.seed, bitmap, 0, sb.inodesPerGroup / 8);
        return !sb.checksums || sumFits(g, INODE_SUM, INODE_SUM_HIGH, sum);
    }

    void sealBlockBitmap(int g, byte[] bitmap) {
        if (sb.checksums) {
            setSum(g, BLOCK_SUM, BLOCK_SUM_HIGH, Checksum.crc32c(sb.seed, bitmap, 0, sb.blocksPerGroup / 8));
        }
    }

    void sealInodeBitmap(int g, byte[] bitmap) {
        if (sb.checksums) {
            setSum(g, INODE_SUM, INODE_SUM_HIGH, Checksum.crc32c(sb.seed, bitmap, 0, sb.inodesPerGroup / 8));
        }
    }

    void seal(int g) {
        if (sb.checksums || sb.oldChecksums) {
            Bytes.put16(data(g), at(g) + CHECKSUM, checksum(g));
        }
    }

    private int checksum(int g) {
        byte[] b = data(g);
        int at = at(g);
        if (sb.checksums) {
            return crc32c(sb.seed, g, b, at, sb.descSize);
        }
        byte[] number = new byte[4];
        Bytes.put32(number, 0, g);
        int c = Checksum.crc16(0xffff, sb.raw, Super.UUID, 16);
        c = Checksum.crc16(c, number, 0, 4);
        c = Checksum.crc16(c, b, at, CHECKSUM);
        return Checksum.crc16(c, b, at + CHECKSUM + 2, sb.descSize - CHECKSUM - 2);
    }

    /** The sum of group {@code g}'s descriptor at {@code at}. */
    static int crc32c(int seed, int g, byte[] b, int at, int size) {
        int c = Checksum.crc32c(seed, g);
        c = Checksum.crc32c(c, b, at, CHECKSUM);
        c = Checksum.crc32c(c, new byte[2], 0, 2);
        return Checksum.crc32c(c, b, at + CHECKSUM + 2, size - CHECKSUM - 2) & 0xffff;
    }
}
