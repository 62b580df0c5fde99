package umlaut.fs.iso9660;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import umlaut.abi.DirentType;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.fs.disk.ReadOnlyInode;
import umlaut.kernel.task.Task;

/** An object of an iso9660: its directory record, and what Rock Ridge adds. Files of 4 GiB and more have several records in a row, each with a part of them. */
final class IsoInode extends ReadOnlyInode {
    /** A part of a file. */
    private record Section(long position, long length) {}

    private static final int MOST_SECTIONS = 100;

    private final IsoFs fs;
    private final List<Section> sections = new ArrayList<>();
    private String target = "";

    private IsoInode(IsoFs fs, long ino, int mode) {
        super(fs, ino, mode);
        this.fs = fs;
    }

    static IsoInode read(IsoFs fs, IsoFs.Record record) {
        SystemUse use = fs.rock ? SystemUse.of(fs, record, fs.skip) : null;
        long ino = fs.numberOf(fs.keyOf(record));
        if (use == null || !use.hasMode()) {
            int mode =
                    record.isDirectory() ? Mode.S_IFDIR | fs.options.directoryMode() : Mode.S_IFREG | fs.options.mode();
            IsoInode inode = new IsoInode(fs, ino, mode);
            inode.uid = fs.options.uid();
            inode.gid = fs.options.gid();
            inode.complete(record);
            return inode;
        }
        IsoInode inode = new IsoInode(fs, ino, use.mode & 0xffff);
        inode.uid = use.uid;
        inode.gid = use.gid;
        inode.complete(record);
        inode.nlink = use.nlink;
        inode.rdev = use.rdev;
        inode.mtime = use.mtime >= 0 ? use.mtime : inode.mtime;
        inode.atime = use.atime >= 0 ? use.atime : inode.atime;
        inode.ctime = use.ctime >= 0 ? use.ctime : inode.ctime;
        if (inode.isSymlink()) {
            inode.target = use.target();
            inode.size = inode.target.length();
        }
        return inode;
    }

    private void complete(IsoFs.Record first) {
        long time = IsoTime.of(first.bytes(), 18);
        mtime = time;
        atime = time;
        ctime = time;
        long all = 0;
        IsoFs.Record record = first;
        while (true) {
            sections.add(new Section(record.block() * fs.blockSize, record.length()));
            all += record.length();
            if (!record.goesOn() || sections.size() > MOST_SECTIONS) {
                break;
            }
            record = fs.record(nextPlace(record));
        }
        size = all;
        blocks = all + 511 >> 9;
        if (all > fs.disk().size) {
            throw fs.damaged("inode " + ino + " has an impossible size");
        }
    }

    /** Records do not cross sectors: behind the last one there are zeros. */
    private long nextPlace(IsoFs.Record record) {
        long next = record.place() + record.bytes().length;
        boolean more = next % IsoFs.SECTOR != 0 && fs.bytes(next, 1)[0] != 0;
        return more ? next : next + IsoFs.SECTOR - 1 & -(long) IsoFs.SECTOR;
    }

    // --- data ---

    @Override
    protected long place() {
        return sections.size() == 1 ? sections.getFirst().position : -1;
    }

    @Override
    protected void readData(MemorySegment to, long at, long length, long offset) {
        long before = 0;
        for (Section section : sections) {
            long from = Math.max(offset, before);
            long end = Math.min(offset + length, before + section.length);
            if (from < end) {
                fs.disk().read(to, at + from - offset, end - from, section.position + from - before);
            }
            before += section.length;
        }
    }

    @Override
    public String readlink(@Nullable Task task) {
        if (!isSymlink()) {
            throw Errno.EINVAL.exception();
        }
        return target;
    }

    // --- directories ---

    @Override
    protected List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        long start = sections.getFirst().position;
        boolean goesOn = false;
        for (long at = start; at < start + size; ) {
            if (fs.bytes(at, 1)[0] == 0) {
                at = at + IsoFs.SECTOR & -(long) IsoFs.SECTOR;
                continue;
            }
            IsoFs.Record record = fs.record(at);
            at += record.bytes().length;
            boolean first = !goesOn;
            goesOn = record.goesOn();
            if (first && !isDot(record) && !record.isHidden()) {
                entry(record, entries);
            }
        }
        return entries;
    }

    /** "." and ".." are names of one byte, 0 and 1. */
    private static boolean isDot(IsoFs.Record record) {
        return record.nameLength() == 1 && (record.bytes()[33] == 0 || record.bytes()[33] == 1);
    }

    private void entry(IsoFs.Record record, List<Entry> into) {
        int type = record.isDirectory() ? DirentType.DT_DIR : DirentType.DT_REG;
        long key = fs.keyOf(record);
        String name = null;
        if (fs.rock) {
            SystemUse use = SystemUse.of(fs, record, fs.skip);
            if (use.relocated) {
                return;
            }
            name = use.name;
            if (use.child != 0) {
                key = use.child * fs.blockSize;
                type = DirentType.DT_DIR;
            } else if (use.hasMode()) {
                type = use.mode >> 12 & 15;
            }
        }
        into.add(new Entry(name == null ? plainName(record) : name, key, fs.numberOf(key), type));
    }

    private String plainName(IsoFs.Record record) {
        byte[] b = record.bytes();
        if (fs.joliet) {
            String wide = new String(b, 33, record.nameLength() & ~1, StandardCharsets.UTF_16BE);
            String name = withoutVersion(wide).replace('/', '_');
            return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        }
        String name = new String(b, 33, record.nameLength(), StandardCharsets.ISO_8859_1);
        if (!fs.options.map()) {
            return name;
        }
        String plain = withoutVersion(name);
        plain = plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain;
        return plain.toLowerCase(Locale.ROOT).replace(';', '.').replace('/', '.');
    }

    private static String withoutVersion(String name) {
        return name.endsWith(";1") ? name.substring(0, name.length() - 2) : name;
    }

    /** The second record of a directory is "..". */
    @Override
    protected long parentNumber() {
        IsoFs.Record dot = fs.record(sections.getFirst().position);
        IsoFs.Record parent = fs.record(dot.place() + dot.bytes().length);
        return fs.numberOf(fs.keyOf(parent));
    }
}
