package umlaut.fs.iso9660;

import umlaut.abi.Errno;
import umlaut.block.BlockDevice;
import umlaut.fs.disk.Bytes;
import umlaut.fs.disk.ReadOnlyFs;
import umlaut.fs.disk.ReadOnlyInode;
import umlaut.kernel.Kernel;

/**
 * A mounted iso9660: volume descriptors from sector 16 on, of which the primary one has names of the standard, maybe with Rock Ridge's beside them, and a supplementary one those of
 * Joliet. An object's key says where its directory record lies, a directory's where its first one, ".", does.
 */
final class IsoFs extends ReadOnlyFs {
    private static final long MAGIC = 0x9660;
    static final int SECTOR = 2048;
    private static final int FIRST_DESCRIPTOR = 16, MOST_DESCRIPTORS = 84;
    private static final int PRIMARY = 1, SUPPLEMENTARY = 2, END = 255;
    private static final int ROOT_RECORD = 156;

    final IsoOptions options;
    final int blockSize;
    private final byte[] descriptor;
    private final long root;
    /** Which of the three kinds of names are shown. */
    final boolean rock;

    final boolean joliet;
    /** Bytes of each record's system use area that are not Rock Ridge's. */
    final int skip;

    /** @throws umlaut.abi.ErrnoException EINVAL, EIO */
    IsoFs(Kernel kernel, BlockDevice disk, long number, IsoOptions options, Runnable atEnd) {
        super(kernel, "iso9660", disk, number, Errno.EIO, atEnd);
        this.options = options;
        byte[] primary = null;
        byte[] wide = null;
        for (int i = FIRST_DESCRIPTOR; i < FIRST_DESCRIPTOR + MOST_DESCRIPTORS; i++) {
            if ((i + 1L) * SECTOR > disk.size) {
                break;
            }
            byte[] d = bytes((long) i * SECTOR, SECTOR);
            int type = Bytes.u8(d, 0);
            if (!new String(d, 1, 5, java.nio.charset.StandardCharsets.ISO_8859_1).equals("CD001") || type == END) {
                break;
            }
            if (type == PRIMARY && primary == null) {
                primary = d;
            } else if (type == SUPPLEMENTARY && isJoliet(d)) {
                wide = d;
            }
        }
        if (primary == null) {
            warn("no iso9660 volume descriptor");
            throw Errno.EINVAL.exception();
        }
        blockSize = Bytes.u16(primary, 128);
        if (blockSize != 512 && blockSize != 1024 && blockSize != SECTOR) {
            warn("blocks of " + blockSize + " bytes cannot be");
            throw Errno.EINVAL.exception();
        }
        int skipped = options.rock() ? SystemUse.skip(this, firstRecord(primary)) : -1;
        rock = skipped >= 0;
        skip = Math.max(0, skipped);
        joliet = !rock && options.joliet() && wide != null;
        descriptor = joliet && wide != null ? wide : primary;
        root = directoryKey(Bytes.u32(descriptor, ROOT_RECORD + 2));
        root();
    }

    /** Escape sequences for UCS-2, levels 1 to 3. */
    private static boolean isJoliet(byte[] d) {
        return d[88] == '%' && d[89] == '/' && (d[90] == '@' || d[90] == 'C' || d[90] == 'E');
    }

    private Record firstRecord(byte[] d) {
        return record(Bytes.u32(d, ROOT_RECORD + 2) * blockSize);
    }

    // --- records ---

    /** A directory record and its place. */
    record Record(byte[] bytes, long place) {
        boolean isDirectory() {
            return (bytes[25] & 2) != 0;
        }

        /** The file goes on in the next record. */
        boolean goesOn() {
            return (bytes[25] & 0x80) != 0;
        }

        boolean isHidden() {
            return (bytes[25] & 4) != 0; // an associated file
        }

        /** Of the first block, an extended attribute record left out. */
        long block() {
            return Bytes.u32(bytes, 2) + Bytes.u8(bytes, 1);
        }

        long length() {
            return Bytes.u32(bytes, 10);
        }

        int nameLength() {
            return Bytes.u8(bytes, 32);
        }

        /** Where the system use area begins. */
        int systemUse() {
            return 33 + nameLength() + (nameLength() & 1 ^ 1);
        }
    }

    /** @throws umlaut.abi.ErrnoException EIO for what is no record */
    Record record(long place) {
        int length = Bytes.u8(bytes(place, 1), 0);
        if (length < 34) {
            throw damaged("no directory record at " + place);
        }
        Record record = new Record(bytes(place, length), place);
        if (33 + record.nameLength() > length) {
            throw damaged("the directory record at " + place + " is too short");
        }
        return record;
    }

    private long directoryKey(long block) {
        return block * blockSize;
    }

    /** What finds the object that a record stands for. */
    long keyOf(Record record) {
        return record.isDirectory() ? directoryKey(record.block()) : record.place;
    }

    /** st_ino, as Linux makes it: the block, and a thirty-second of the place in it. */
    long numberOf(long key) {
        return key >> 5;
    }

    @Override
    protected long rootKey() {
        return root;
    }

    @Override
    protected ReadOnlyInode load(long key) {
        return IsoInode.read(this, record(key));
    }

    @Override
    public StatfsInfo statfs() {
        return new StatfsInfo(MAGIC, blockSize, Bytes.u32(descriptor, 80), 0, 0, 0, 0, 255);
    }
}
