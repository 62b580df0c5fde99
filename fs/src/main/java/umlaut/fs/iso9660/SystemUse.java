package umlaut.fs.iso9660;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Mode;
import umlaut.fs.disk.Bytes;
import umlaut.kernel.vfs.DeviceTable;

/**
 * What Rock Ridge keeps in the system use area of a directory record: entries of two letters and a length, which may go on elsewhere ("CE"). POSIX attributes, names, links' targets, times,
 * and directories that were moved since the standard allows eight levels only.
 */
final class SystemUse {
    private static final int HEADER = 4;
    /** More continuation areas than this go round. */
    private static final int MOST_AREAS = 32;

    private static final int CONTINUE = 1, CURRENT = 2, PARENT = 4, ROOT = 8;
    private static final int NO_TIME = -1;

    private final IsoFs fs;
    int mode = -1;
    int nlink = 1;
    int uid;
    int gid;
    long rdev;

    @Nullable String name;

    private final StringBuilder target = new StringBuilder();
    private boolean componentOpen;
    /** ns since 1970; -1: not said. */
    long mtime = NO_TIME, atime = NO_TIME, ctime = NO_TIME;
    /** Block of the directory that stands here; 0: the record's own. */
    long child;
    /** The directory stands elsewhere in the tree. */
    boolean relocated;

    private long moreBlock, moreOffset, moreSize;

    private SystemUse(IsoFs fs) {
        this.fs = fs;
    }

    /** Bytes to skip in each area, as "SP" in the root's first record says; -1: there is no Rock Ridge. */
    static int skip(IsoFs fs, IsoFs.Record root) {
        byte[] b = root.bytes();
        for (int at = root.systemUse(); at + 7 <= b.length; at++) {
            if (b[at] == 'S' && b[at + 1] == 'P' && Bytes.u8(b, at + 4) == 0xbe && Bytes.u8(b, at + 5) == 0xef) {
                return of(fs, root, at - root.systemUse()).mode >= 0 ? Bytes.u8(b, at + 6) : -1;
            }
        }
        return -1;
    }

    /** @throws umlaut.abi.ErrnoException EIO */
    static SystemUse of(IsoFs fs, IsoFs.Record record, int skip) {
        SystemUse use = new SystemUse(fs);
        byte[] b = record.bytes();
        int from = record.systemUse() + skip;
        for (int area = 0; area < MOST_AREAS; area++) {
            use.moreSize = 0;
            use.entries(b, from);
            if (use.moreSize <= 0 || use.moreSize > IsoFs.SECTOR) {
                break;
            }
            b = fs.bytes(use.moreBlock * fs.blockSize + use.moreOffset, (int) use.moreSize);
            from = 0;
        }
        return use;
    }

    String target() {
        return target.toString();
    }

    private void entries(byte[] b, int from) {
        for (int at = from; at + HEADER <= b.length; ) {
            int length = Bytes.u8(b, at + 2);
            if (length < HEADER || at + length > b.length) {
                return;
            }
            if (b[at] == 'S' && b[at + 1] == 'T') {
                return;
            }
            entry((char) b[at] + "" + (char) b[at + 1], java.util.Arrays.copyOfRange(b, at, at + length));
            at += length;
        }
    }

    private void entry(String kind, byte[] e) {
        switch (kind) {
            case "CE" -> {
                if (e.length >= 28) {
                    moreBlock = Bytes.u32(e, 4);
                    moreOffset = Bytes.u32(e, 12);
                    moreSize = Bytes.u32(e, 20);
                }
            }
            case "PX" -> {
                if (e.length >= 36) {
                    mode = Bytes.i32(e, 4);
                    nlink = Bytes.i32(e, 12);
                    uid = Bytes.i32(e, 20);
                    gid = Bytes.i32(e, 28);
                }
            }
            case "PN" -> device(e);
            case "NM" -> name(e);
            case "SL" -> link(e);
            case "TF" -> times(e);
            case "CL" -> child = e.length >= 8 ? Bytes.u32(e, 4) : 0;
            case "RE" -> relocated = true;
            default -> {}
        }
    }

    private void device(byte[] e) {
        if (e.length < 20) {
            return;
        }
        int high = Bytes.i32(e, 4);
        int low = Bytes.i32(e, 12);
        // Some write the whole number, as old makedev makes it, into the low half.
        rdev = high == 0 && (low & ~0xff) != 0
                ? DeviceTable.number(low >> 8, low & 0xff)
                : DeviceTable.number(high, low);
    }

    private void name(byte[] e) {
        if (e.length < 5 || (e[4] & (CURRENT | PARENT)) != 0) {
            return;
        }
        String part = new String(e, 5, e.length - 5, StandardCharsets.ISO_8859_1);
        String before = name;
        name = before == null ? part : before + part;
    }

    private void link(byte[] e) {
        for (int at = 5; at + 2 <= e.length; ) {
            int flags = e[at];
            int length = Math.min(Bytes.u8(e, at + 1), e.length - at - 2);
            boolean afterRoot = target.length() == 1 && target.charAt(0) == '/';
            if (!componentOpen && !target.isEmpty() && !afterRoot) {
                target.append('/');
            }
            if ((flags & ROOT) != 0) {
                target.setLength(0);
                target.append('/');
            } else if ((flags & CURRENT) != 0) {
                target.append('.');
            } else if ((flags & PARENT) != 0) {
                target.append("..");
            } else {
                target.append(new String(e, at + 2, length, StandardCharsets.ISO_8859_1));
            }
            componentOpen = (flags & CONTINUE) != 0;
            at += 2 + length;
        }
    }

    /** Creation, modification, access, change of attributes, in this order, as far as there are. */
    private void times(byte[] e) {
        if (e.length < 5) {
            return;
        }
        int flags = e[4];
        boolean wide = (flags & 0x80) != 0;
        int size = wide ? 17 : 7;
        int at = 5;
        for (int kind = 0; kind < 4 && at + size <= e.length; kind++) {
            if ((flags & 1 << kind) == 0) {
                continue;
            }
            long time = wide ? IsoTime.wide(e, at) : IsoTime.of(e, at);
            at += size;
            switch (kind) {
                case 1 -> mtime = time;
                case 2 -> atime = time;
                case 3 -> ctime = time;
                default -> {}
            }
        }
    }

    /** Does it say what kind of object this is? */
    boolean hasMode() {
        return mode >= 0 && (mode & Mode.S_IFMT) != 0;
    }
}
