package umlaut.fs.squashfs;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import umlaut.abi.Errno;
import umlaut.block.BlockDevice;
import umlaut.fs.disk.Bytes;
import umlaut.fs.disk.ReadOnlyFs;
import umlaut.fs.disk.ReadOnlyInode;
import umlaut.kernel.Kernel;

/**
 * A mounted squashfs: the superblock, and blocks, packed, of data and of metadata. Metadata stands in a stream of blocks of 8 KiB; a reference is the place of a block in its table and an
 * offset behind unpacking ({@link Cursor}). The keys of objects are their references.
 */
final class SquashFs extends ReadOnlyFs {
    private static final int MAGIC = 0x73717368;
    private static final int SUPER_SIZE = 96;
    private static final int METADATA = 8192;
    /** In sizes of data blocks and of metadata blocks: stored as it is. */
    static final int DATA_PLAIN = 1 << 24;

    private static final int METADATA_PLAIN = 1 << 15;
    private static final int NO_XATTRS = 0x200;
    /** What a table that is not there has as its place. */
    static final long NONE = -1;

    /** Unpacked blocks kept: of metadata, of 8 KiB, and of data, of up to 1 MiB. */
    private static final int METADATA_CACHED = 64, DATA_CACHED = 8;

    /** @param next where the following metadata block begins */
    record Block(byte[] bytes, long next) {}

    private final byte[] raw;
    private final Decompressor decompressor;
    private final Map<Long, Block> metadata = lru(METADATA_CACHED);
    private final Map<Long, Block> data = lru(DATA_CACHED);
    final int blockSize, blockShift;
    final long inodeTable, directoryTable;

    /** @throws umlaut.abi.ErrnoException EINVAL, EIO */
    SquashFs(Kernel kernel, BlockDevice disk, long number, Runnable atEnd) {
        super(kernel, "squashfs", disk, number, Errno.EIO, atEnd);
        if (disk.size < SUPER_SIZE) {
            throw Errno.EINVAL.exception();
        }
        raw = bytes(0, SUPER_SIZE);
        if (Bytes.i32(raw, 0) != MAGIC) {
            throw refuse("can't find a squashfs superblock");
        }
        if (Bytes.u16(raw, 28) != 4) {
            throw refuse("version " + Bytes.u16(raw, 28) + " is not known here, only 4");
        }
        Decompressor known = Decompressor.of(Bytes.u16(raw, 20));
        if (known == null) {
            throw refuse("compression " + Bytes.u16(raw, 20) + " is not known here");
        }
        decompressor = known;
        blockSize = Bytes.i32(raw, 12);
        blockShift = Bytes.u16(raw, 22);
        boolean sane =
                blockShift >= 12 && blockShift <= 20 && blockSize == 1 << blockShift && Bytes.i64(raw, 40) <= disk.size;
        if (!sane) {
            throw refuse("superblock makes no sense");
        }
        inodeTable = Bytes.i64(raw, 64);
        directoryTable = Bytes.i64(raw, 72);
        root();
    }

    private umlaut.abi.ErrnoException refuse(String why) {
        warn(why);
        return Errno.EINVAL.exception();
    }

    @Override
    protected long rootKey() {
        return Bytes.i64(raw, 32);
    }

    @Override
    protected ReadOnlyInode load(long key) {
        return SquashInode.read(this, new Cursor(this, inodeTable, key));
    }

    @Override
    public StatfsInfo statfs() {
        long blocks = Bytes.i64(raw, 40) + blockSize - 1 >> blockShift;
        return new StatfsInfo(MAGIC, blockSize, blocks, 0, 0, Bytes.u32(raw, 4), 0, 256);
    }

    // --- blocks ---

    private static Map<Long, Block> lru(int most) {
        return new LinkedHashMap<>(most, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Block> eldest) {
                return size() > most;
            }
        };
    }

    private static Block cached(Map<Long, Block> cache, long place, Supplier<Block> read) {
        synchronized (cache) {
            Block known = cache.get(place);
            if (known != null) {
                return known;
            }
        }
        Block fresh = read.get();
        synchronized (cache) {
            cache.put(place, fresh);
        }
        return fresh;
    }

    /** A data block or fragment. @param size as in its inode or table, with the flag */
    byte[] data(long place, int size) {
        return cached(data, place, () -> {
                    byte[] stored = bytes(place, size & ~DATA_PLAIN);
                    return new Block((size & DATA_PLAIN) != 0 ? stored : unpack(stored, blockSize, place), 0);
                })
                .bytes;
    }

    private byte[] unpack(byte[] stored, int most, long place) {
        byte[] room = new byte[most];
        try {
            int n = decompressor.unpack(stored, room);
            return n == most ? room : java.util.Arrays.copyOf(room, n);
        } catch (Decompressor.BadBlock e) {
            throw damaged("block at " + place + " cannot be unpacked");
        }
    }

    /** A metadata block, by the place of its header. */
    Block metadata(long place) {
        return cached(metadata, place, () -> {
            int header = Bytes.u16(bytes(place, 2), 0);
            int size = header & ~METADATA_PLAIN;
            if (size == 0 || size > METADATA) {
                throw damaged("metadata block at " + place + " has an impossible size");
            }
            byte[] stored = bytes(place + 2, size);
            byte[] plain = (header & METADATA_PLAIN) != 0 ? stored : unpack(stored, METADATA, place);
            return new Block(plain, place + 2 + size);
        });
    }

    /** A fragment: a block with the ends of several files. */
    byte[] fragment(long index) {
        byte[] entry = tableEntry(80, index, Bytes.u32(raw, 16), 16);
        return data(Bytes.i64(entry, 0), Bytes.i32(entry, 8));
    }

    // --- tables: places of metadata blocks, which hold entries in a row ---

    /** @param table where in the superblock the table's place stands */
    private byte[] tableEntry(int table, long index, long count, int size) {
        if (index < 0 || index >= count) {
            throw damaged("entry " + index + " of a table of " + count);
        }
        return indexed(Bytes.i64(raw, table), index, size);
    }

    private byte[] indexed(long pointers, long index, int size) {
        long at = index * size;
        long block = Bytes.i64(bytes(pointers + at / METADATA * 8, 8), 0);
        return new Cursor(this, block, at % METADATA).take(size);
    }

    int id(int index) {
        return Bytes.i32(tableEntry(48, index, Bytes.u16(raw, 26), 4), 0);
    }

    // --- extended attributes ---

    private long xattrTable() {
        return (Bytes.u16(raw, 24) & NO_XATTRS) != 0 ? NONE : Bytes.i64(raw, 56);
    }

    /** Attributes of an inode, by name with prefix. */
    Map<String, byte[]> attributes(long index) {
        long table = xattrTable();
        if (table == NONE || index == 0xffff_ffffL) {
            return Map.of();
        }
        byte[] header = bytes(table, 16);
        if (index >= Bytes.u32(header, 8)) {
            throw damaged("extended attributes " + index + " of " + Bytes.u32(header, 8));
        }
        byte[] entry = indexed(table + 16, index, 16);
        Cursor cursor = new Cursor(this, Bytes.i64(header, 0), Bytes.i64(entry, 0));
        return SquashXattrs.read(this, Bytes.i64(header, 0), cursor, Bytes.u32(entry, 8));
    }
}
