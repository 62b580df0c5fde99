package umlaut.fs.ext4;

import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.fs.disk.Bytes;

/**
 * The superblock: 1,024 bytes at 1,024 (struct ext4_super_block). What never changes while it is mounted is in fields; what does is in {@link #raw}, under the allocator's lock.
 */
final class Super {
    static final int OFFSET = 1024, SIZE = 1024;
    static final int MAGIC = 0xef53;
    static final int FREE_BLOCKS_LO = 12, FREE_INODES = 16, MTIME = 44, WTIME = 48, MNT_COUNT = 52, STATE = 58;
    static final int ERRORS = 60, INCOMPAT = 96, RO_COMPAT = 100, UUID = 104, LAST_ORPHAN = 232;
    static final int FREE_BLOCKS_HI = 344, ERROR_COUNT = 404, FIRST_ERROR_TIME = 408, LAST_ERROR_TIME = 460;
    static final int CHECKSUM = 1020;
    /** Values of {@link #STATE}. */
    static final int VALID = 1, ERROR = 2;

    final byte[] raw;
    final int blockSize, blockShift, inodeSize, inodesPerGroup, blocksPerGroup, groupCount, descSize;
    /** Bits between a block and what bitmaps and counters count (bigalloc). */
    final int clusterShift;

    final long blocks, inodes, firstDataBlock, reservedBlocks;
    final int compat, firstInode, hashVersion, hashFlags, journalInode, firstMetaGroup, reservedGdt, wantExtra;
    final int[] hashSeed = new int[4];
    final long defaultOptions;
    final boolean checksums, oldChecksums, wide;
    /** What all checksums of metadata start with. */
    final int seed;

    /** @throws ErrnoException EINVAL when this is no ext4 that can be mounted at all; {@link #problem} says why to people */
    Super(byte[] raw, long deviceBytes) {
        this.raw = raw;
        require(Bytes.u16(raw, 56) == MAGIC);
        int log = Bytes.i32(raw, 24);
        require(log >= 0 && log <= 2); // a page at most
        blockShift = 10 + log;
        blockSize = 1 << blockShift;
        compat = Bytes.i32(raw, 92);
        boolean dynamic = Bytes.i32(raw, 76) > 0;
        inodeSize = dynamic ? Bytes.u16(raw, 88) : 128;
        firstInode = dynamic ? Bytes.i32(raw, 84) : 11;
        require(inodeSize >= 128 && inodeSize <= blockSize && Integer.bitCount(inodeSize) == 1);
        wide = incompat(Feature.INCOMPAT_64BIT);
        descSize = wide ? Bytes.u16(raw, 254) : 32;
        require(descSize >= 32 && descSize <= 1024 && Integer.bitCount(descSize) == 1 && (!wide || descSize >= 64));
        blocks = Bytes.u32(raw, 4) | (wide ? Bytes.u32(raw, 336) << 32 : 0);
        reservedBlocks = Bytes.u32(raw, 8) | (wide ? Bytes.u32(raw, 340) << 32 : 0);
        firstDataBlock = Bytes.u32(raw, 20);
        blocksPerGroup = Bytes.i32(raw, 32);
        inodesPerGroup = Bytes.i32(raw, 40);
        inodes = Bytes.u32(raw, 0);
        int clusterLog = readOnlyCompat(Feature.RO_BIGALLOC) ? Bytes.i32(raw, 28) - log : 0;
        require(clusterLog >= 0 && clusterLog <= 20);
        clusterShift = clusterLog;
        require(blocksPerGroup > 0 && blocksPerGroup >> clusterShift <= blockSize * 8 && blocksPerGroup % 8 == 0);
        require(inodesPerGroup > 0 && inodesPerGroup <= blockSize * 8);
        require(firstDataBlock == (blockSize == 1024 ? 1 : 0) && blocks > firstDataBlock);
        long groups = (blocks - firstDataBlock + blocksPerGroup - 1) / blocksPerGroup;
        require(groups < Integer.MAX_VALUE && inodes == groups * inodesPerGroup);
        require(blocks <= deviceBytes >> blockShift);
        groupCount = (int) groups;
        hashFlags = Bytes.i32(raw, 352);
        hashVersion = Bytes.u8(raw, 252);
        for (int i = 0; i < 4; i++) {
            hashSeed[i] = Bytes.i32(raw, 236 + 4 * i);
        }
        journalInode = Bytes.i32(raw, 224);
        firstMetaGroup = Bytes.i32(raw, 260);
        reservedGdt = Bytes.u16(raw, 206);
        wantExtra = inodeSize > 128 ? Math.min(Math.max(32, Bytes.u16(raw, 350)), inodeSize - 128) & ~3 : 0;
        defaultOptions = Bytes.u32(raw, 256);
        checksums = readOnlyCompat(Feature.RO_METADATA_CSUM);
        oldChecksums = readOnlyCompat(Feature.RO_GDT_CSUM) && !checksums;
        seed = incompat(Feature.INCOMPAT_CSUM_SEED)
                ? Bytes.i32(raw, 624)
                : Checksum.crc32c(Checksum.START, raw, UUID, 16);
        if (checksums && Bytes.i32(raw, CHECKSUM) != checksum()) {
            throw Errno.EBADMSG.exception();
        }
    }

    private static void require(boolean sane) {
        if (!sane) {
            throw Errno.EINVAL.exception();
        }
    }

    private int checksum() {
        return Checksum.crc32c(Checksum.START, raw, 0, CHECKSUM);
    }

    void seal() {
        if (checksums) {
            Bytes.put32(raw, CHECKSUM, checksum());
        }
    }

    boolean compat(int feature) {
        return (compat & feature) != 0;
    }

    boolean incompat(int feature) {
        return (Bytes.i32(raw, INCOMPAT) & feature) != 0;
    }

    boolean readOnlyCompat(int feature) {
        return (Bytes.i32(raw, RO_COMPAT) & feature) != 0;
    }

    /** Why it cannot be mounted; null: it can. */
    @org.jspecify.annotations.Nullable String problem(boolean readOnly) {
        int unknown = Bytes.i32(raw, INCOMPAT) & ~Feature.INCOMPAT_KNOWN;
        if (unknown != 0) {
            return "couldn't mount because of unsupported optional features (" + Integer.toHexString(unknown) + ")";
        }
        int blocking = Bytes.i32(raw, RO_COMPAT) & ~Feature.RO_KNOWN;
        int reading = Bytes.i32(raw, INCOMPAT) & Feature.INCOMPAT_READ_ONLY;
        if (!readOnly && (blocking | reading) != 0) {
            return "couldn't mount RDWR because of unsupported optional features ("
                    + Integer.toHexString(blocking | reading) + ")";
        }
        return null;
    }

    /** First block of a group. */
    long groupStart(int group) {
        return firstDataBlock + (long) group * blocksPerGroup;
    }

    int blocksIn(int group) {
        return (int) Math.min(blocksPerGroup, blocks - groupStart(group));
    }

    boolean isBlock(long block, long count) {
        return block > firstDataBlock && count >= 0 && block + count <= blocks;
    }

    /** Has the group copies of superblock and descriptors (ext4_bg_has_super)? */
    boolean hasSuper(int group) {
        if (group == 0) {
            return true;
        }
        if (compat(0x200)) { // sparse_super2
            return group == Bytes.i32(raw, 588) || group == Bytes.i32(raw, 592);
        }
        if (group == 1 || !readOnlyCompat(Feature.RO_SPARSE_SUPER)) {
            return true;
        }
        return isPower(group, 3) || isPower(group, 5) || isPower(group, 7);
    }

    private static boolean isPower(int n, int base) {
        long p = base;
        while (p < n) {
            p *= base;
        }
        return p == n;
    }

    int descsPerBlock() {
        return blockSize / descSize;
    }

    /** The block that holds a group's descriptor (descriptor_loc). */
    long descriptorBlock(int group) {
        int index = group / descsPerBlock();
        long superBlock = blockSize == 1024 ? 1 : 0;
        if (!incompat(Feature.INCOMPAT_META_BG) || index < firstMetaGroup) {
            return superBlock + index + 1;
        }
        int first = index * descsPerBlock();
        return groupStart(first) + (hasSuper(first) ? 1 : 0);
    }
}
