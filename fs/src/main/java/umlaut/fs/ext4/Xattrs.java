package umlaut.fs.ext4;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.XattrFlags;
import umlaut.fs.disk.Bytes;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.vfs.Acl;

/**
 * An inode's extended attributes, xattr(7): in what its place in the table has left over, and in one block more (Linux: fs/ext4/xattr.c). All are read at once when the first is asked
 * for, and written anew when one changes: those that fit into the inode there, the rest in the block. Guarded by the inode's lock.
 */
final class Xattrs {
    static final int ACCESS = 2, DEFAULT = 3;
    private static final int SYSTEM_DATA = 7;
    private static final int MAGIC = 0xea020000;
    private static final int BLOCK_HEADER = 32, ENTRY = 16, REFERENCES = 4, BLOCKS = 8, HASH = 12, SUM = 16;
    private static final String[] PREFIXES = {
        "", "user.", "system.posix_acl_access", "system.posix_acl_default", "trusted.", "", "security.", "system."
    };

    private record Attribute(int index, String name, byte[] value) {
        int entrySize() {
            return ENTRY + name.length() + 3 & ~3;
        }

        int valueSize() {
            return value.length + 3 & ~3;
        }

        int room() {
            return entrySize() + valueSize();
        }
    }

    private final Ext4Inode inode;
    private final Ext4Fs fs;
    private @Nullable List<Attribute> all;

    Xattrs(Ext4Inode inode) {
        this.inode = inode;
        this.fs = inode.fs;
    }

    // --- reading ---

    private synchronized List<Attribute> all() {
        List<Attribute> known = all;
        if (known == null) {
            known = new ArrayList<>();
            int start = inlineStart();
            if (start > 0 && Bytes.i32(inode.raw, start) == MAGIC) {
                parse(inode.raw, start + 4, start + 4, known);
            }
            if (inode.fileAcl() != 0) {
                parse(block().data, BLOCK_HEADER, 0, known);
            }
            all = known;
        }
        return known;
    }

    /** Where attributes begin in the inode; 0: it has no room. */
    private int inlineStart() {
        int at = inode.raw.length > Ext4Inode.EXTRA ? Ext4Inode.EXTRA + Bytes.u16(inode.raw, Ext4Inode.EXTRA) : 0;
        return at > Ext4Inode.EXTRA && at + 8 <= inode.raw.length && (at & 3) == 0 ? at : 0;
    }

    private RuntimeException damaged(String what) {
        return fs.corrupt(Errno.EUCLEAN, "inode " + inode.ino + ": extended attributes: " + what);
    }

    private Buffer block() {
        long at = inode.fileAcl();
        if (!fs.sb.isBlock(at, 1)) {
            throw damaged("block outside");
        }
        Buffer buffer = fs.cache.get(at);
        if (!buffer.verified) {
            if (Bytes.i32(buffer.data, 0) != MAGIC || Bytes.i32(buffer.data, BLOCKS) != 1) {
                throw damaged("bad block");
            }
            if (fs.sb.checksums && Bytes.i32(buffer.data, SUM) != checksum(at, buffer.data)) {
                throw fs.corrupt(Errno.EBADMSG, "inode " + inode.ino + ": attribute block has a bad checksum");
            }
            buffer.verified = true;
        }
        return buffer;
    }

    private int checksum(long block, byte[] data) {
        return Checksum.crc32cWithout(Checksum.crc32c(fs.sb.seed, block), data, 0, data.length, SUM);
    }

    private void parse(byte[] b, int from, int base, List<Attribute> into) {
        int at = from;
        while (at + 4 <= b.length && Bytes.i32(b, at) != 0) {
            int length = Bytes.u8(b, at);
            int index = Bytes.u8(b, at + 1);
            if (at + ENTRY + length > b.length) {
                throw damaged("entry outside");
            }
            int offset = base + Bytes.u16(b, at + 2);
            long size = Bytes.u32(b, at + 8);
            String name = new String(b, at + ENTRY, length, StandardCharsets.ISO_8859_1);
            byte[] value;
            long inum = Bytes.u32(b, at + 4);
            if (inum != 0) {
                value = fs.attributeInode(inum, size);
            } else {
                if (size > b.length || offset + size > b.length || size > 0 && offset < from) {
                    throw damaged("value outside");
                }
                value = java.util.Arrays.copyOfRange(b, offset, (int) (offset + size));
            }
            into.add(new Attribute(index, name, value));
            at += ENTRY + length + 3 & ~3;
        }
    }

    private static int indexOf(String name) {
        for (int i : new int[] {1, 4, 6}) {
            if (name.startsWith(PREFIXES[i])) {
                return i;
            }
        }
        throw Errno.EOPNOTSUPP.exception();
    }

    private @Nullable Attribute find(int index, String name) {
        for (Attribute a : all()) {
            if (a.index == index && a.name.equals(name)) {
                return a;
            }
        }
        return null;
    }

    byte @Nullable [] get(String name) {
        int index = indexOf(name);
        Attribute a = find(index, name.substring(PREFIXES[index].length()));
        return a == null ? null : a.value;
    }

    boolean has(String name) {
        boolean any = inode.fileAcl() != 0 || inlineStart() > 0 && Bytes.i32(inode.raw, inlineStart()) == MAGIC;
        return any && get(name) != null;
    }

    /** What an inline file or directory has beyond its first 60 bytes. */
    byte[] inlineData() {
        Attribute a = find(SYSTEM_DATA, "data");
        return a == null ? new byte[0] : a.value;
    }

    /** It lies in blocks now. Within a transaction. */
    void removeInlineData() {
        List<Attribute> fresh = new ArrayList<>(all());
        if (fresh.removeIf(a -> a.index == SYSTEM_DATA)) {
            store(fresh);
        }
    }

    List<String> list() {
        List<String> names = new ArrayList<>();
        for (Attribute a : all()) {
            if (a.index == 1 || a.index == 4 || a.index == 6) {
                names.add(PREFIXES[a.index] + a.name);
            }
        }
        return names;
    }

    // --- access control lists: entries without a name have no id on disk ---

    @Nullable Acl acl(int index) {
        Attribute a = find(index, "");
        if (a == null || a.value.length < 4) {
            return null;
        }
        byte[] v = a.value;
        byte[] out = new byte[4 + v.length * 2];
        Bytes.put32(out, 0, 2);
        int n = 4;
        for (int at = 4; at + 4 <= v.length; n += 8) {
            int tag = Bytes.u16(v, at);
            boolean named = tag == 2 || tag == 8;
            System.arraycopy(v, at, out, n, 4);
            Bytes.put32(out, n + 4, named && at + 8 <= v.length ? Bytes.i32(v, at + 4) : -1);
            at += named ? 8 : 4;
        }
        return Acl.parse(java.util.Arrays.copyOf(out, n), UserNamespace.INITIAL);
    }

    void setAcl(int index, @Nullable Acl acl) {
        List<Attribute> fresh = new ArrayList<>(all());
        boolean had = fresh.removeIf(a -> a.index == index);
        if (acl == null) {
            if (had) {
                store(fresh);
            }
            return;
        }
        byte[] in = acl.toBytes(UserNamespace.INITIAL);
        byte[] out = new byte[in.length];
        Bytes.put32(out, 0, 1);
        int n = 4;
        for (int at = 4; at < in.length; at += 8) {
            int tag = Bytes.u16(in, at);
            int size = tag == 2 || tag == 8 ? 8 : 4;
            System.arraycopy(in, at, out, n, size);
            n += size;
        }
        fresh.add(new Attribute(index, "", java.util.Arrays.copyOf(out, n)));
        store(fresh);
    }

    // --- changing, within a transaction ---

    void set(String name, byte[] value, int how) {
        int index = indexOf(name);
        String rest = name.substring(PREFIXES[index].length());
        Attribute old = find(index, rest);
        if (old != null && (how & XattrFlags.XATTR_CREATE) != 0) {
            throw Errno.EEXIST.exception();
        }
        if (old == null && (how & XattrFlags.XATTR_REPLACE) != 0) {
            throw Errno.ENODATA.exception();
        }
        List<Attribute> fresh = new ArrayList<>(all());
        fresh.remove(old);
        fresh.add(new Attribute(index, rest, value.clone()));
        store(fresh);
    }

    void remove(String name) {
        int index = indexOf(name);
        List<Attribute> fresh = new ArrayList<>(all());
        if (!fresh.removeIf(a -> a.index == index && a.name.equals(name.substring(PREFIXES[index].length())))) {
            throw Errno.ENODATA.exception();
        }
        store(fresh);
    }

    private synchronized void store(List<Attribute> fresh) {
        List<Attribute> inside = new ArrayList<>();
        List<Attribute> outside = new ArrayList<>();
        int start = inlineStart();
        int room = start == 0 ? 0 : inode.raw.length - start - 4 - 4;
        // Data must be in the inode.
        fresh.sort(Comparator.comparing((Attribute a) -> a.index != SYSTEM_DATA));
        for (Attribute a : fresh) {
            if (a.room() <= room) {
                room -= a.room();
                inside.add(a);
            } else {
                outside.add(a);
            }
        }
        int need = outside.stream().mapToInt(Attribute::room).sum();
        if (need > fs.sb.blockSize - BLOCK_HEADER - 4) {
            throw Errno.ENOSPC.exception();
        }
        storeBlock(outside);
        if (start > 0) {
            java.util.Arrays.fill(inode.raw, start, inode.raw.length, (byte) 0);
            if (!inside.isEmpty()) {
                Bytes.put32(inode.raw, start, MAGIC);
                layOut(inode.raw, start + 4, start + 4, inside);
            }
        }
        all = fresh;
        inode.markDirty();
    }

    /** Entries from the start on, values from the end back. */
    private static void layOut(byte[] b, int from, int base, List<Attribute> attributes) {
        int at = from;
        int end = b.length;
        List<Attribute> sorted = new ArrayList<>(attributes);
        sorted.sort((x, y) -> x.index != y.index
                ? x.index - y.index
                : x.name.length() != y.name.length() ? x.name.length() - y.name.length() : x.name.compareTo(y.name));
        for (Attribute a : sorted) {
            end -= a.valueSize();
            System.arraycopy(a.value, 0, b, end, a.value.length);
            b[at] = (byte) a.name.length();
            b[at + 1] = (byte) a.index;
            Bytes.put16(b, at + 2, a.value.length == 0 ? 0 : end - base);
            Bytes.put32(b, at + 4, 0);
            Bytes.put32(b, at + 8, a.value.length);
            Bytes.put32(b, at + 12, hash(a));
            System.arraycopy(a.name.getBytes(StandardCharsets.ISO_8859_1), 0, b, at + ENTRY, a.name.length());
            at += a.entrySize();
        }
    }

    private static int hash(Attribute a) {
        int hash = 0;
        for (int i = 0; i < a.name.length(); i++) {
            hash = hash << 5 ^ hash >>> 27 ^ a.name.charAt(i) & 0xff;
        }
        byte[] padded = java.util.Arrays.copyOf(a.value, a.valueSize());
        for (int at = 0; at < padded.length; at += 4) {
            hash = hash << 16 ^ hash >>> 16 ^ Bytes.i32(padded, at);
        }
        return hash;
    }

    private void storeBlock(List<Attribute> outside) {
        if (outside.isEmpty()) {
            release();
            return;
        }
        long at = inode.fileAcl();
        if (at != 0 && Bytes.i32(block().data, REFERENCES) > 1) {
            release(); // shared with others: ours is a new one
            at = 0;
        }
        Buffer buffer;
        if (at == 0) {
            at = fs.blocks.take(inode.goal(), 1, null, 0).block();
            inode.addBlocks(1);
            inode.setFileAcl(at);
            buffer = fs.cache.fresh(at);
        } else {
            buffer = block();
        }
        byte[] b = buffer.data;
        java.util.Arrays.fill(b, (byte) 0);
        Bytes.put32(b, 0, MAGIC);
        Bytes.put32(b, REFERENCES, 1);
        Bytes.put32(b, BLOCKS, 1);
        layOut(b, BLOCK_HEADER, 0, outside);
        int hash = 0;
        for (int e = BLOCK_HEADER; Bytes.i32(b, e) != 0; e += ENTRY + Bytes.u8(b, e) + 3 & ~3) {
            hash = hash << 16 ^ hash >>> 16 ^ Bytes.i32(b, e + 12);
        }
        Bytes.put32(b, HASH, hash);
        buffer.sealer = fs.sb.checksums ? sealer(at) : null;
        fs.journal().dirty(buffer);
    }

    private Buffer.Sealer sealer(long block) {
        return data -> Bytes.put32(data, SUM, checksum(block, data));
    }

    /** Gives the block back, or its share of one. */
    void release() {
        long at = inode.fileAcl();
        if (at == 0) {
            return;
        }
        Buffer buffer = block();
        int references = Bytes.i32(buffer.data, REFERENCES);
        if (references > 1) {
            Bytes.put32(buffer.data, REFERENCES, references - 1);
            buffer.sealer = fs.sb.checksums ? sealer(at) : null;
            fs.journal().dirty(buffer);
        } else {
            fs.journal().forget(at);
            fs.blocks.release(at, 1);
        }
        inode.addBlocks(-1);
        inode.setFileAcl(0);
    }
}
