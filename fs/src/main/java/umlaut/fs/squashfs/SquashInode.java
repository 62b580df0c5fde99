package umlaut.fs.squashfs;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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

/** An object of a squashfs. Types 1 to 7 are directory, file, link, block device, character device, FIFO and socket; 8 to 14 the same with room for more. */
final class SquashInode extends ReadOnlyInode {
    private static final int DIRECTORY = 1, FILE = 2, LINK = 3, BLOCK = 4, CHARACTER = 5, FIFO = 6, SOCKET = 7;
    private static final int EXTENDED = 7;
    private static final long NO_FRAGMENT = 0xffff_ffffL;
    /** What a directory's size has beyond its entries. */
    private static final int DIRECTORY_EXTRA = 3;

    private static final int MOST_TARGET = 65536;
    private static final int[] MODES = {
        0, Mode.S_IFDIR, Mode.S_IFREG, Mode.S_IFLNK, Mode.S_IFBLK, Mode.S_IFCHR, Mode.S_IFIFO, Mode.S_IFSOCK
    };

    private final SquashFs fs;
    /** Of a directory: where its entries are, as a reference, and its parent's number. */
    private long listing, parent;
    /** Of a file: where its first block is, its blocks' sizes as stored, and its end in a fragment. */
    private long start, fragment, fragmentOffset;

    private int[] sizes = {};
    private long[] places = {};
    private String target = "";
    private long xattrs = NO_FRAGMENT;

    private SquashInode(SquashFs fs, long number, int mode) {
        super(fs, number, mode);
        this.fs = fs;
    }

    static SquashInode read(SquashFs fs, Cursor cursor) {
        byte[] head = cursor.take(16);
        int type = Bytes.u16(head, 0);
        if (type == 0 || type > 2 * EXTENDED) {
            throw fs.damaged("an inode of type " + type);
        }
        boolean extended = type > EXTENDED;
        int kind = extended ? type - EXTENDED : type;
        SquashInode inode = new SquashInode(fs, Bytes.u32(head, 12), MODES[kind] | Bytes.u16(head, 2) & 07777);
        inode.uid = fs.id(Bytes.u16(head, 4));
        inode.gid = fs.id(Bytes.u16(head, 6));
        long time = Bytes.u32(head, 8) * 1_000_000_000L;
        inode.mtime = time;
        inode.atime = time;
        inode.ctime = time;
        switch (kind) {
            case DIRECTORY -> inode.readDirectory(cursor, extended);
            case FILE -> inode.readFile(cursor, extended);
            case LINK -> inode.readLink(cursor, extended);
            default -> inode.readNode(cursor, kind, extended);
        }
        return inode;
    }

    private void readDirectory(Cursor cursor, boolean extended) {
        long block;
        if (extended) {
            nlink = (int) cursor.u32();
            size = cursor.u32();
            block = cursor.u32();
            parent = cursor.u32();
            cursor.u16(); // entries of an index, which is not used here
            listing = block << 16 | cursor.u16();
            xattrs = cursor.u32();
        } else {
            block = cursor.u32();
            nlink = (int) cursor.u32();
            size = cursor.u16();
            listing = block << 16 | cursor.u16();
            parent = cursor.u32();
        }
    }

    private void readFile(Cursor cursor, boolean extended) {
        if (extended) {
            start = cursor.i64();
            size = cursor.i64();
            cursor.i64(); // how much of it is holes
            nlink = (int) cursor.u32();
        } else {
            start = cursor.u32();
        }
        fragment = cursor.u32();
        fragmentOffset = cursor.u32();
        if (extended) {
            xattrs = cursor.u32();
        } else {
            size = cursor.u32();
        }
        long count = size + (fragment == NO_FRAGMENT ? fs.blockSize - 1 : 0) >> fs.blockShift;
        if (size < 0 || count > Integer.MAX_VALUE) {
            throw fs.damaged("inode " + ino + " has an impossible size");
        }
        long place = start;
        for (int i = 0; i < count; i++) {
            if (i == sizes.length) {
                // Grown as they are read: a count that is not true meets the disk's end before it has taken much
                // memory.
                int room = (int) Math.min(count, Math.max(16, 2L * i));
                sizes = Arrays.copyOf(sizes, room);
                places = Arrays.copyOf(places, room);
            }
            sizes[i] = (int) cursor.u32();
            places[i] = place;
            place += sizes[i] & ~SquashFs.DATA_PLAIN;
        }
        blocks = place - start + 511 >> 9;
    }

    private void readLink(Cursor cursor, boolean extended) {
        nlink = (int) cursor.u32();
        size = cursor.u32();
        if (size > MOST_TARGET) {
            throw fs.damaged("inode " + ino + ": symbolic link of " + size + " bytes");
        }
        target = new String(cursor.take((int) size), StandardCharsets.ISO_8859_1);
        if (extended) {
            xattrs = cursor.u32();
        }
    }

    private void readNode(Cursor cursor, int kind, boolean extended) {
        nlink = (int) cursor.u32();
        if (kind == BLOCK || kind == CHARACTER) {
            int number = (int) cursor.u32();
            rdev = DeviceTable.number(number >> 8 & 0xfff, number & 0xff | number >>> 12 & 0xfff00);
        }
        if (extended) {
            xattrs = cursor.u32();
        }
    }

    // --- directories ---

    @Override
    protected List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        long left = size - DIRECTORY_EXTRA;
        if (left <= 0) {
            return entries;
        }
        Cursor cursor = new Cursor(fs, fs.directoryTable, listing);
        while (left > 0) {
            long count = cursor.u32() + 1;
            long block = cursor.u32();
            long base = cursor.u32();
            left -= 12;
            if (count > 256) {
                throw fs.damaged("directory " + ino + " is damaged");
            }
            for (long i = 0; i < count && left > 0; i++) {
                byte[] entry = cursor.take(8);
                int length = Bytes.u16(entry, 6) + 1;
                if (length > 256) {
                    throw fs.damaged("directory " + ino + " has a name of " + length + " bytes");
                }
                String name = new String(cursor.take(length), StandardCharsets.ISO_8859_1);
                long number = base + (short) Bytes.u16(entry, 2);
                entries.add(
                        new Entry(name, block << 16 | Bytes.u16(entry, 0), number, direntType(Bytes.u16(entry, 4))));
                left -= 8 + length;
            }
        }
        return entries;
    }

    private static int direntType(int type) {
        return switch (type) {
            case DIRECTORY -> DirentType.DT_DIR;
            case FILE -> DirentType.DT_REG;
            case LINK -> DirentType.DT_LNK;
            case BLOCK -> DirentType.DT_BLK;
            case CHARACTER -> DirentType.DT_CHR;
            case FIFO -> DirentType.DT_FIFO;
            case SOCKET -> DirentType.DT_SOCK;
            default -> DirentType.DT_UNKNOWN;
        };
    }

    @Override
    protected long parentNumber() {
        return parent;
    }

    // --- files and links ---

    @Override
    protected void readData(MemorySegment to, long at, long length, long offset) {
        for (long done = 0; done < length; ) {
            long position = offset + done;
            int block = (int) (position >> fs.blockShift);
            int inBlock = (int) (position & fs.blockSize - 1);
            long n = Math.min(length - done, fs.blockSize - inBlock);
            if (block < sizes.length && sizes[block] == 0) {
                to.asSlice(at + done, n).fill((byte) 0);
            } else {
                int from = inBlock + (block < sizes.length ? 0 : (int) fragmentOffset);
                byte[] bytes = block < sizes.length ? fs.data(places[block], sizes[block]) : fs.fragment(fragment);
                if (from < 0 || from + n > bytes.length) {
                    throw fs.damaged("inode " + ino + ": block " + block + " is too short");
                }
                MemorySegment.copy(bytes, from, to, ValueLayout.JAVA_BYTE, at + done, (int) n);
            }
            done += n;
        }
    }

    @Override
    public String readlink(@Nullable Task task) {
        if (!isSymlink()) {
            throw Errno.EINVAL.exception();
        }
        return target;
    }

    // --- extended attributes ---

    private Map<String, byte[]> attributes() {
        return fs.attributes(xattrs);
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
