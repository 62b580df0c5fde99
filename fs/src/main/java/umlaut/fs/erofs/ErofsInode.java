package umlaut.fs.erofs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.DirentType;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.fs.disk.Bytes;
import umlaut.fs.disk.ReadOnlyInode;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.DeviceTable;

/**
 * An object of an erofs: of 32 or 64 bytes, attributes behind it, and data in blocks of its own, whose end may stand behind the attributes. Files whose data is compressed can be seen, but
 * reading them is EOPNOTSUPP.
 */
final class ErofsInode extends ReadOnlyInode {
    private static final int PLAIN = 0, INLINE = 2, CHUNKED = 4;
    private static final int DIRENT = 12;
    private static final int CHUNK_BITS = 0x1f, CHUNK_INDEXES = 0x20;
    private static final long NOWHERE = 0xffff_ffffL;
    private static final String[] PREFIXES = {"", "user.", "", "", "trusted.", "", "security."};

    private final EroFs fs;
    private final int layout;
    /** Where the inode lies, its own bytes, and those of its attributes. */
    private final long place;

    private final int length, xattrLength;
    /** The first block, or what says how chunks are. */
    private final long start;

    private ErofsInode(EroFs fs, long nid, int layout, int mode, long place, int length, int xattrLength, long start) {
        super(fs, nid, mode);
        this.fs = fs;
        this.layout = layout;
        this.place = place;
        this.length = length;
        this.xattrLength = xattrLength;
        this.start = start;
    }

    static ErofsInode read(EroFs fs, long nid) {
        long place = fs.placeOf(nid);
        byte[] b = fs.bytes(place, 32);
        int format = Bytes.u16(b, 0);
        boolean extended = (format & 1) != 0;
        if (extended) {
            b = fs.bytes(place, 64);
        }
        int count = Bytes.u16(b, 2);
        int xattrLength = count == 0 ? 0 : 12 + 4 * (count - 1);
        int mode = Bytes.u16(b, 4);
        ErofsInode inode = new ErofsInode(
                fs, nid, format >> 1 & 7, mode, place, extended ? 64 : 32, xattrLength, Bytes.u32(b, 16));
        inode.size = extended ? Bytes.i64(b, 8) : Bytes.u32(b, 8);
        inode.uid = extended ? Bytes.i32(b, 24) : Bytes.u16(b, 24);
        inode.gid = extended ? Bytes.i32(b, 28) : Bytes.u16(b, 26);
        inode.nlink = extended ? Bytes.i32(b, 44) : Bytes.u16(b, 6);
        long time = extended ? Bytes.i64(b, 32) * 1_000_000_000L + Bytes.u32(b, 40) : fs.buildTime();
        inode.mtime = time;
        inode.atime = time;
        inode.ctime = time;
        inode.blocks = inode.size + fs.blockSize - 1 >> fs.blockShift << fs.blockShift - 9;
        if (inode.size < 0 || inode.size >> fs.blockShift > 0xffff_ffffL) {
            throw fs.damaged("inode " + nid + " has an impossible size");
        }
        if (Mode.isChar(mode) || Mode.isBlock(mode)) {
            int number = (int) inode.start;
            inode.rdev = DeviceTable.number(number >> 8 & 0xfff, number & 0xff | number >>> 12 & 0xfff00);
        }
        return inode;
    }

    // --- data ---

    @Override
    protected long place() {
        return layout == PLAIN ? start << fs.blockShift : -1;
    }

    @Override
    protected void readData(MemorySegment to, long at, long n, long offset) {
        switch (layout) {
            case PLAIN -> fs.disk().read(to, at, n, (start << fs.blockShift) + offset);
            case INLINE -> readInline(to, at, n, offset);
            case CHUNKED -> readChunks(to, at, n, offset);
            default -> throw Errno.EOPNOTSUPP.exception();
        }
    }

    /** Whole blocks where they are, the rest behind the inode and its attributes. */
    private void readInline(MemorySegment to, long at, long n, long offset) {
        long whole = size & -(long) fs.blockSize;
        long before = Math.max(0, Math.min(n, whole - offset));
        if (before > 0) {
            fs.disk().read(to, at, before, (start << fs.blockShift) + offset);
        }
        if (n > before) {
            long from = place + length + xattrLength + Math.max(0, offset - whole);
            fs.disk().read(to, at + before, n - before, from);
        }
    }

    private void readChunks(MemorySegment to, long at, long n, long offset) {
        int shift = fs.blockShift + (int) (start & CHUNK_BITS);
        int unit = (start & CHUNK_INDEXES) != 0 ? 8 : 4;
        long table = place + length + xattrLength + unit - 1 & -(long) unit;
        for (long done = 0; done < n; ) {
            long position = offset + done;
            long inChunk = position & (1L << shift) - 1;
            long part = Math.min(n - done, (1L << shift) - inChunk);
            byte[] entry = fs.bytes(table + (position >> shift) * unit, unit);
            long block = Bytes.u32(entry, unit - 4);
            if (block == NOWHERE) {
                to.asSlice(at + done, part).fill((byte) 0);
            } else {
                fs.disk().read(to, at + done, part, (block << fs.blockShift) + inChunk);
            }
            done += part;
        }
    }

    private byte[] read(long offset, int n) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(Math.max(1, n));
            readData(room, 0, n, offset);
            return room.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    // --- directories: blocks of entries, the names behind them ---

    @Override
    protected List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (long offset = 0; offset < size; offset += fs.blockSize) {
            block(read(offset, (int) Math.min(fs.blockSize, size - offset)), entries);
        }
        return entries;
    }

    private void block(byte[] b, List<Entry> into) {
        int first = b.length < DIRENT ? 0 : Bytes.u16(b, 8);
        if (first < DIRENT || first > b.length || first % DIRENT != 0) {
            throw fs.damaged("directory " + ino + " is damaged");
        }
        int count = first / DIRENT;
        for (int i = 0; i < count; i++) {
            int from = Bytes.u16(b, i * DIRENT + 8);
            int end = i + 1 < count ? Bytes.u16(b, (i + 1) * DIRENT + 8) : b.length;
            if (from < first || end > b.length || from >= end) {
                throw fs.damaged("directory " + ino + " is damaged");
            }
            int length = 0;
            while (from + length < end && b[from + length] != 0) {
                length++;
            }
            String name = new String(b, from, length, StandardCharsets.ISO_8859_1);
            if (!name.equals(".") && !name.equals("..")) {
                long nid = Bytes.i64(b, i * DIRENT);
                into.add(new Entry(name, nid, nid, direntType(Bytes.u8(b, i * DIRENT + 10))));
            }
        }
    }

    private static int direntType(int type) {
        return switch (type) {
            case 1 -> DirentType.DT_REG;
            case 2 -> DirentType.DT_DIR;
            case 3 -> DirentType.DT_CHR;
            case 4 -> DirentType.DT_BLK;
            case 5 -> DirentType.DT_FIFO;
            case 6 -> DirentType.DT_SOCK;
            case 7 -> DirentType.DT_LNK;
            default -> DirentType.DT_UNKNOWN;
        };
    }

    @Override
    public String readlink(@Nullable Task task) {
        if (!isSymlink()) {
            throw Errno.EINVAL.exception();
        }
        if (size > fs.blockSize) {
            throw fs.damaged("inode " + ino + ": symbolic link of " + size + " bytes");
        }
        return new String(read(0, (int) size), StandardCharsets.ISO_8859_1);
    }

    // --- extended attributes: references to shared ones, then its own ---

    private Map<String, byte[]> attributes() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        if (xattrLength == 0) {
            return all;
        }
        byte[] b = fs.bytes(place + length, xattrLength);
        int shared = Bytes.u8(b, 4);
        if (12 + 4 * shared > b.length) {
            throw fs.damaged("inode " + ino + ": extended attributes are damaged");
        }
        for (int i = 0; i < shared; i++) {
            long at = fs.xattrs + 4 * Bytes.u32(b, 12 + 4 * i);
            byte[] head = fs.bytes(at, 4);
            attribute(fs.bytes(at, 4 + Bytes.u8(head, 0) + Bytes.u16(head, 2)), 0, all);
        }
        int at = 12 + 4 * shared;
        while (at + 4 <= b.length && Bytes.i32(b, at) != 0) {
            at += attribute(b, at, all);
        }
        return all;
    }

    /** @return bytes it takes */
    private int attribute(byte[] b, int at, Map<String, byte[]> into) {
        int nameLength = Bytes.u8(b, at);
        int prefix = Bytes.u8(b, at + 1);
        int valueSize = Bytes.u16(b, at + 2);
        if (at + 4 + nameLength + valueSize > b.length) {
            throw fs.damaged("inode " + ino + ": extended attributes are damaged");
        }
        if (prefix < PREFIXES.length && !PREFIXES[prefix].isEmpty()) {
            String name = PREFIXES[prefix] + new String(b, at + 4, nameLength, StandardCharsets.ISO_8859_1);
            into.put(name, java.util.Arrays.copyOfRange(b, at + 4 + nameLength, at + 4 + nameLength + valueSize));
        }
        return 4 + nameLength + valueSize + 3 & ~3;
    }

    @Override
    public byte @Nullable [] getXattr(String name) {
        return attributes().get(name);
    }

    @Override
    public List<String> listXattr() {
        return List.copyOf(attributes().keySet());
    }
}
