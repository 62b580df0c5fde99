package umlaut.fs.ext4;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import umlaut.abi.Mode;
import umlaut.block.BlockBackend;
import umlaut.fs.disk.Bytes;

/**
 * Makes an empty ext4 (mke2fs(8); Linux: Documentation/filesystems/ext4): extents, 64bit, flex_bg, metadata_csum, dir_index and a journal, in it the root directory and lost+found. What
 * is zero is not written, so that a sparse image stays sparse: the device must read as zero.
 *
 * <p>Blocks for the first files are taken one behind the other from the first group on; the group descriptors, which count them, are written last.
 */
public final class Mkfs {
    /** The least room, bytes: that of a journal and some files. */
    public static final long LEAST_BYTES = 8L << 20;

    /** More has never been tried. */
    public static final long MOST_BYTES = 1L << 42;

    private static final int BLOCK = MkfsLayout.BLOCK_SIZE;
    private static final int ROOT = 2, JOURNAL = 8, LOST_FOUND = 11, FIRST_INODE = 11;
    private static final int LOST_FOUND_BLOCKS = 4;
    private static final int MOST_IN_EXTENT = 32768;
    private static final int NANOS = 1_000_000_000;

    private final BlockBackend disk;
    private final MkfsLayout layout;
    private final UUID uuid;
    private final String label;
    private final long seconds;
    private final int seed;
    /** Bitmaps of the groups in which a block is taken. */
    private final Map<Integer, byte[]> bitmaps = new TreeMap<>();

    private final Map<Long, byte[]> inodes = new TreeMap<>();
    private final MemorySegment room = Arena.ofAuto().allocate(BLOCK, 8);
    private final int[] taken;
    private int group;
    private int next;

    private Mkfs(BlockBackend disk, long bytesPerInode, String label, UUID uuid, long nowNs) {
        this.disk = disk;
        this.layout = new MkfsLayout(disk.size(), bytesPerInode);
        this.uuid = uuid;
        this.label = label;
        this.seconds = nowNs / NANOS;
        this.seed = Checksum.crc32c(Checksum.START, bytes(uuid), 0, 16);
        this.taken = new int[layout.groups];
        next = layout.own(0);
    }

    /**
     * @param disk reads as zero everywhere
     * @param bytesPerInode room for each file there may be: 16384 is usual, 8192 the least
     * @param label of 16 bytes at most
     * @param nowNs when it is made
     * @throws IllegalArgumentException for a disk smaller than {@link #LEAST_BYTES} or larger than {@link #MOST_BYTES}
     * @throws umlaut.abi.ErrnoException ENOSPC, EIO
     */
    public static void format(BlockBackend disk, long bytesPerInode, String label, UUID uuid, long nowNs) {
        if (disk.size() < LEAST_BYTES || disk.size() > MOST_BYTES) {
            throw new IllegalArgumentException("an ext4 of " + disk.size() + " bytes cannot be made");
        }
        new Mkfs(disk, bytesPerInode, label, uuid, nowNs).run();
    }

    private static byte[] bytes(UUID uuid) {
        byte[] b = new byte[16];
        Bytes.put64(b, 0, Long.reverseBytes(uuid.getMostSignificantBits()));
        Bytes.put64(b, 8, Long.reverseBytes(uuid.getLeastSignificantBits()));
        return b;
    }

    private void run() {
        directory(ROOT, 0755, 3, 1, List.of("lost+found"));
        directory(LOST_FOUND, 0700, 2, LOST_FOUND_BLOCKS, List.of());
        byte[] journal = journal();
        inodes.forEach(this::storeInode);
        byte[] descriptors = descriptors();
        byte[] superblock = superblock(journal);
        for (int g = layout.groups - 1; g >= 0; g--) {
            if (MkfsLayout.hasSuper(g)) {
                writeCopy(g, superblock, descriptors);
            }
        }
        disk.flush();
    }

    private void write(long block, byte[] from, int at) {
        MemorySegment.copy(from, at, room, ValueLayout.JAVA_BYTE, 0, BLOCK);
        disk.write(room, 0, BLOCK, block * BLOCK);
    }

    // --- blocks ---

    private byte[] bitmap(int g) {
        return bitmaps.computeIfAbsent(g, n -> {
            byte[] bits = new byte[BLOCK];
            for (int i = 0; i < layout.own(g); i++) {
                Bytes.setBit(bits, i);
            }
            for (int i = layout.blocksIn(g); i < 8 * BLOCK; i++) {
                Bytes.setBit(bits, i);
            }
            return bits;
        });
    }

    /** Takes blocks. @return runs of them: first block and count in turn */
    private List<long[]> take(int count) {
        List<long[]> runs = new ArrayList<>();
        int left = count;
        while (left > 0) {
            int n = Math.min(left, layout.blocksIn(group) - next);
            if (n > 0) {
                byte[] bits = bitmap(group);
                for (int i = next; i < next + n; i++) {
                    Bytes.setBit(bits, i);
                }
                runs.add(new long[] {MkfsLayout.start(group) + next, n});
                taken[group] += n;
                next += n;
                left -= n;
            } else {
                group++;
                next = layout.own(group);
            }
        }
        return runs;
    }

    // --- files ---

    /** An inode that has these blocks. */
    private byte[] inode(long ino, int mode, int links, List<long[]> runs) {
        byte[] raw = new byte[MkfsLayout.INODE_SIZE];
        Bytes.put16(raw, 0, mode);
        Bytes.put16(raw, Ext4Inode.LINKS, links);
        Bytes.put16(raw, Ext4Inode.EXTRA, 32);
        for (int at : new int[] {8, 12, 16, Ext4Inode.BTIME}) { // access, change, modification, birth
            Bytes.put32(raw, at, seconds);
        }
        Bytes.put32(raw, Ext4Inode.FLAGS, Ext4Inode.EXTENTS_FL);
        ExtentMap.format(raw);
        long logical = 0;
        int at = Ext4Inode.BLOCK;
        for (long[] run : runs) {
            at += 12;
            Bytes.put32(raw, at, logical);
            Bytes.put16(raw, at + 4, (int) run[1]);
            Bytes.put16(raw, at + 6, (int) (run[0] >>> 32));
            Bytes.put32(raw, at + 8, run[0]);
            logical += run[1];
        }
        Bytes.put16(raw, Ext4Inode.BLOCK + 2, runs.size());
        Bytes.put32(raw, 4, logical * BLOCK);
        Bytes.put32(raw, Ext4Inode.SIZE_HIGH, logical * BLOCK >>> 32);
        Bytes.put32(raw, Ext4Inode.BLOCKS_LO, logical * (BLOCK / 512));
        inodes.put(ino, raw);
        return raw;
    }

    private void storeInode(long ino, byte[] raw) {
        Ext4Inode.putSum(raw, Ext4Inode.checksum(seed, ino, raw));
        long place = layout.inodeTable(0) * BLOCK + (ino - 1) * MkfsLayout.INODE_SIZE;
        MemorySegment.copy(raw, 0, room, ValueLayout.JAVA_BYTE, 0, raw.length);
        disk.write(room, 0, raw.length, place);
    }

    /** A directory below the root: itself, its parent, and subdirectories, all of which are {@link #LOST_FOUND}. */
    private void directory(int ino, int mode, int links, int count, List<String> entries) {
        List<long[]> runs = take(count);
        inode(ino, Mode.S_IFDIR | mode, links, runs);
        int sums = Checksum.crc32c(Checksum.crc32c(seed, ino), 0);
        int end = BLOCK - DirBlock.TAIL;
        long logical = 0;
        for (long[] run : runs) {
            for (int i = 0; i < run[1]; i++, logical++) {
                byte[] b = new byte[BLOCK];
                DirBlock.format(b, end);
                if (logical == 0) {
                    DirBlock.put(b, 0, 12, ino, ".", 2);
                    DirBlock.put(b, 12, end - 12, ROOT, "..", 2);
                    entries.forEach(name -> DirBlock.add(b, end, LOST_FOUND, name, 2));
                }
                Bytes.put32(b, end + 8, Checksum.crc32c(sums, b, 0, end));
                write(run[0] + i, b, 0);
            }
        }
    }

    /** Blocks of the journal, by those of the file system (ext2fs_default_journal_size). */
    private int journalBlocks() {
        long n = layout.blocks;
        return n < 32768 ? 1024 : n < 1 << 18 ? 4096 : n < 1 << 19 ? 8192 : n < 1 << 20 ? 16384 : 32768;
    }

    private byte[] journal() {
        int count = journalBlocks();
        List<long[]> runs = new ArrayList<>();
        for (int left = count; left > 0; left -= MOST_IN_EXTENT) {
            runs.addAll(take(Math.min(left, MOST_IN_EXTENT)));
        }
        byte[] b = new byte[BLOCK];
        Bytes.putBe32(b, 0, JournalFormat.MAGIC);
        Bytes.putBe32(b, JournalFormat.TYPE, JournalFormat.SUPER_V2);
        Bytes.putBe32(b, JournalFormat.S_BLOCKSIZE, BLOCK);
        Bytes.putBe32(b, JournalFormat.S_MAXLEN, count);
        Bytes.putBe32(b, JournalFormat.S_FIRST, 1);
        Bytes.putBe32(b, JournalFormat.S_SEQUENCE, 1);
        System.arraycopy(bytes(uuid), 0, b, JournalFormat.S_UUID, JournalFormat.UUID_SIZE);
        Bytes.putBe32(b, JournalFormat.S_USERS, 1);
        write(runs.getFirst()[0], b, 0);
        return inode(JOURNAL, Mode.S_IFREG | 0600, 1, runs);
    }

    // --- groups ---

    private byte[] descriptors() {
        byte[] all = new byte[layout.descriptorBlocks * BLOCK];
        for (int g = 0; g < layout.groups; g++) {
            GroupDescriptor d = new GroupDescriptor(all, g * MkfsLayout.DESC_SIZE);
            d.setPlaces(layout.blockBitmap(g), layout.inodeBitmap(g), layout.inodeTable(g));
            d.setFree(
                    layout.blocksIn(g) - layout.own(g) - taken[g],
                    layout.inodesPerGroup - (g == 0 ? FIRST_INODE : 0),
                    g == 0 ? 2 : 0);
            int flags = Groups.INODE_ZEROED;
            boolean used = layout.own(g) > layout.base(g) || taken[g] > 0 || g == layout.groups - 1;
            if (used) {
                byte[] bits = bitmap(g);
                write(layout.blockBitmap(g), bits, 0);
                d.setBlockSum(Checksum.crc32c(seed, bits, 0, BLOCK));
            } else {
                flags |= Groups.BLOCK_UNINIT;
            }
            if (g == 0) {
                d.setInodeSum(writeInodeBitmap());
            } else {
                flags |= Groups.INODE_UNINIT;
            }
            d.seal(flags, seed, g);
        }
        return all;
    }

    /** The first group's. @return its sum */
    private int writeInodeBitmap() {
        byte[] bits = new byte[BLOCK];
        Arrays.fill(bits, layout.inodesPerGroup / 8, BLOCK, (byte) -1);
        for (int i = 0; i < FIRST_INODE; i++) {
            Bytes.setBit(bits, i);
        }
        write(layout.inodeBitmap(0), bits, 0);
        return Checksum.crc32c(seed, bits, 0, layout.inodesPerGroup / 8);
    }

    private void writeCopy(int g, byte[] superblock, byte[] descriptors) {
        for (int i = 0; i < layout.descriptorBlocks; i++) {
            write(MkfsLayout.start(g) + 1 + i, descriptors, i * BLOCK);
        }
        byte[] block = new byte[BLOCK];
        byte[] copy = superblock.clone();
        Bytes.put16(copy, 90, g);
        Bytes.put32(copy, Super.CHECKSUM, Checksum.crc32c(Checksum.START, copy, 0, Super.CHECKSUM));
        System.arraycopy(copy, 0, block, g == 0 ? Super.OFFSET : 0, Super.SIZE);
        write(MkfsLayout.start(g), block, 0);
    }

    // --- the superblock ---

    private byte[] superblock(byte[] journal) {
        long free = 0;
        for (int g = 0; g < layout.groups; g++) {
            free += layout.blocksIn(g) - layout.own(g) - taken[g];
        }
        long inodeCount = (long) layout.groups * layout.inodesPerGroup;
        byte[] b = new byte[Super.SIZE];
        Bytes.put32(b, 0, inodeCount);
        Bytes.put32(b, 4, layout.blocks);
        Bytes.put32(b, 336, layout.blocks >>> 32);
        Bytes.put32(b, Super.FREE_BLOCKS_LO, free);
        Bytes.put32(b, Super.FREE_BLOCKS_HI, free >>> 32);
        Bytes.put32(b, Super.FREE_INODES, inodeCount - FIRST_INODE);
        Bytes.put32(b, 24, 2); // log2 of the block size, in KiB
        Bytes.put32(b, 28, 2); // and of the cluster size
        Bytes.put32(b, 32, MkfsLayout.BLOCKS_PER_GROUP);
        Bytes.put32(b, 36, MkfsLayout.BLOCKS_PER_GROUP);
        Bytes.put32(b, 40, layout.inodesPerGroup);
        Bytes.put32(b, Super.WTIME, seconds);
        Bytes.put16(b, 54, 0xffff); // mounts until a check: never
        Bytes.put16(b, 56, Super.MAGIC);
        Bytes.put16(b, Super.STATE, Super.VALID);
        Bytes.put16(b, Super.ERRORS, 1); // go on
        Bytes.put32(b, 64, seconds); // last check
        Bytes.put32(b, 76, 1); // dynamic revision
        Bytes.put32(b, 84, FIRST_INODE);
        Bytes.put16(b, 88, MkfsLayout.INODE_SIZE);
        features(b);
        System.arraycopy(bytes(uuid), 0, b, Super.UUID, 16);
        byte[] name = label.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(name, 0, b, 120, Math.min(16, name.length));
        Bytes.put32(b, 224, JOURNAL);
        UUID hashSeed = UUID.nameUUIDFromBytes(bytes(uuid));
        System.arraycopy(bytes(hashSeed), 0, b, 236, 16);
        b[252] = 1; // half-MD4
        b[253] = 1; // below is a copy of the journal's inode
        System.arraycopy(journal, Ext4Inode.BLOCK, b, 268, Ext4Inode.BLOCK_SIZE);
        Bytes.put32(b, 328, Bytes.u32(journal, Ext4Inode.SIZE_HIGH));
        Bytes.put32(b, 332, Bytes.u32(journal, 4));
        Bytes.put16(b, 254, MkfsLayout.DESC_SIZE);
        Bytes.put32(b, 256, 0xc); // default mount options: user_xattr, acl
        Bytes.put32(b, 264, seconds);
        Bytes.put16(b, 348, 32); // extra bytes in inodes: at least, and wanted
        Bytes.put16(b, 350, 32);
        Bytes.put32(b, 352, 1); // hashes take names as signed
        b[372] = MkfsLayout.FLEX_SHIFT;
        b[373] = 1; // CRC-32C
        Bytes.put32(b, 616, LOST_FOUND);
        return b;
    }

    private static void features(byte[] b) {
        Bytes.put32(b, 92, Feature.COMPAT_HAS_JOURNAL | Feature.COMPAT_EXT_ATTR | Feature.COMPAT_DIR_INDEX);
        Bytes.put32(
                b,
                Super.INCOMPAT,
                Feature.INCOMPAT_FILETYPE
                        | Feature.INCOMPAT_EXTENTS
                        | Feature.INCOMPAT_64BIT
                        | Feature.INCOMPAT_FLEX_BG);
        Bytes.put32(
                b,
                Super.RO_COMPAT,
                Feature.RO_SPARSE_SUPER
                        | Feature.RO_LARGE_FILE
                        | Feature.RO_HUGE_FILE
                        | Feature.RO_DIR_NLINK
                        | Feature.RO_EXTRA_ISIZE
                        | Feature.RO_METADATA_CSUM);
    }
}
