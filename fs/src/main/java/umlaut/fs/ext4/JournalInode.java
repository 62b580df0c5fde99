package umlaut.fs.ext4;

import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;

/** The journal's blocks, found before there is a file system: its inode, and the tree of extents or indirect blocks below it. */
final class JournalInode {
    private static final long MOST = 1 << 22;

    private JournalInode() {}

    private static byte[] raw(Super sb, BufferCache cache) {
        long ino = sb.journalInode;
        if (ino < 1 || ino > sb.inodes) {
            throw Errno.EUCLEAN.exception();
        }
        int g = (int) ((ino - 1) / sb.inodesPerGroup);
        byte[] descriptors = cache.read(sb.descriptorBlock(g));
        int at = g % sb.descsPerBlock() * sb.descSize;
        long table = Bytes.u32(descriptors, at + 8) | (sb.wide ? Bytes.u32(descriptors, at + 40) << 32 : 0);
        long place = (table << sb.blockShift) + (ino - 1) % sb.inodesPerGroup * sb.inodeSize;
        if (!sb.isBlock(place >> sb.blockShift, 1)) {
            throw Errno.EUCLEAN.exception();
        }
        byte[] block = cache.read(place >> sb.blockShift);
        int from = (int) (place & sb.blockSize - 1);
        return java.util.Arrays.copyOfRange(block, from, from + sb.inodeSize);
    }

    static long count(Super sb, BufferCache cache) {
        byte[] raw = raw(sb, cache);
        return (Bytes.u32(raw, 4) | Bytes.u32(raw, Ext4Inode.SIZE_HIGH) << 32) >> sb.blockShift;
    }

    static long[] blocks(Super sb, BufferCache cache) {
        byte[] raw = raw(sb, cache);
        long count = count(sb, cache);
        if (count < 1 || count > MOST) {
            throw Errno.EUCLEAN.exception();
        }
        long[] ring = new long[(int) count];
        if ((Bytes.i32(raw, Ext4Inode.FLAGS) & Ext4Inode.EXTENTS_FL) != 0) {
            extents(sb, cache, raw, Ext4Inode.BLOCK, 5, ring);
        } else {
            int[] at = new int[1];
            for (int i = 0; i < 15; i++) {
                indirect(sb, cache, Bytes.u32(raw, Ext4Inode.BLOCK + 4 * i), Math.max(0, i - 11), ring, at);
            }
        }
        for (long block : ring) {
            if (!sb.isBlock(block, 1)) {
                throw Errno.EUCLEAN.exception();
            }
        }
        return ring;
    }

    private static void extents(Super sb, BufferCache cache, byte[] b, int at, int deepest, long[] ring) {
        int entries = Bytes.u16(b, at + 2);
        int depth = Bytes.u16(b, at + 6);
        boolean sane = Bytes.u16(b, at) == 0xf30a && depth <= deepest && at + 12 + 12 * entries <= b.length;
        if (!sane) {
            throw Errno.EUCLEAN.exception();
        }
        for (int e = at + 12; e < at + 12 + 12 * entries; e += 12) {
            if (depth > 0) {
                long child = Bytes.u32(b, e + 4) | (long) Bytes.u16(b, e + 8) << 32;
                if (!sb.isBlock(child, 1)) {
                    throw Errno.EUCLEAN.exception();
                }
                extents(sb, cache, cache.read(child), 0, depth - 1, ring);
                continue;
            }
            long first = Bytes.u32(b, e);
            long physical = Bytes.u32(b, e + 8) | (long) Bytes.u16(b, e + 6) << 32;
            for (int i = 0; i < Bytes.u16(b, e + 4) && first + i < ring.length; i++) {
                ring[(int) first + i] = physical + i;
            }
        }
    }

    private static void indirect(Super sb, BufferCache cache, long block, int level, long[] ring, int[] at) {
        if (at[0] >= ring.length) {
            return;
        }
        if (level == 0) {
            ring[at[0]++] = block;
            return;
        }
        if (!sb.isBlock(block, 1)) {
            throw Errno.EUCLEAN.exception();
        }
        byte[] b = cache.read(block);
        for (int i = 0; i < sb.blockSize / 4 && at[0] < ring.length; i++) {
            indirect(sb, cache, Bytes.u32(b, i * 4), level - 1, ring, at);
        }
    }
}
