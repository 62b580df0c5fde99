package umlaut.oci;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.block.ImageException;
import umlaut.machine.image.FileAttributes;

/**
 * Reads a tar archive to the byte (tar(5); POSIX pax): ustar, GNU's long names and sparse files, pax headers with extended attributes, which are bytes and no text: that is why this is no library's
 * reader. What makes no sense is refused with one line.
 */
public final class TarReader {
    private static final int BLOCK = 512;
    /** Of a pax header or a long name, bytes: none is as long in earnest. */
    private static final int MOST_HEADER = 1 << 20;

    private static final int MODE_BITS = 07777;
    private static final long NANOS = 1_000_000_000;

    private final InputStream in;
    private final byte[] header = new byte[BLOCK];
    private final Map<String, byte[]> global = new HashMap<>();
    private Contents stored = new Contents(0);
    private InputStream contents = stored;
    /** Where the last member's header stands, bytes from the archive's beginning. */
    private long position;

    private long at;

    public TarReader(InputStream in) {
        this.in = in;
    }

    /** What the last member has in it. */
    public InputStream contents() {
        return contents;
    }

    /** Where the last member's contents begin, bytes from the archive's beginning. */
    long position() {
        return position;
    }

    /** @return null at the end. @throws ImageException for what is no tar archive */
    public @Nullable TarEntry next() throws IOException {
        stored.drain();
        Map<String, byte[]> pax = new HashMap<>(global);
        while (true) {
            if (!readHeader()) {
                return null;
            }
            char type = (char) (header[156] & 0xff);
            switch (type) {
                case 'x' -> PaxHeader.parse(small(), pax);
                case 'g' -> PaxHeader.parse(small(), global);
                case 'L' -> pax.put(PaxHeader.PATH, withoutNul(small()));
                case 'K' -> pax.put(PaxHeader.LINK, withoutNul(small()));
                default -> {
                    return entry(type, pax);
                }
            }
        }
    }

    private static byte[] withoutNul(byte[] b) {
        int n = b.length;
        while (n > 0 && b[n - 1] == 0) {
            n--;
        }
        return Arrays.copyOf(b, n);
    }

    // --- blocks ---

    private boolean readHeader() throws IOException {
        int n = in.readNBytes(header, 0, BLOCK);
        at += n;
        if (n == 0 || n == BLOCK && isZero()) {
            return false;
        }
        if (n < BLOCK) {
            throw new ImageException("the archive is cut short");
        }
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
        }
        if (sum != number(148, 8)) {
            throw new ImageException("no tar archive, or a damaged one: a header's checksum is wrong");
        }
        return true;
    }

    private boolean isZero() {
        for (byte b : header) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** What follows a header that describes the next member. */
    private byte[] small() throws IOException {
        long size = number(124, 12);
        if (size < 0 || size > MOST_HEADER) {
            throw new ImageException("the archive has a header of " + size + " bytes: refused");
        }
        byte[] b = in.readNBytes((int) size);
        at += b.length;
        if (b.length < size) {
            throw new ImageException("the archive is cut short");
        }
        skipPadding(size);
        return b;
    }

    private void skipPadding(long size) throws IOException {
        long padding = -size & BLOCK - 1;
        in.skipNBytes(padding);
        at += padding;
    }

    /** Octal digits, or, with the highest bit set, a binary number. */
    private long number(int from, int length) {
        if ((header[from] & 0x80) != 0) {
            long n = header[from] == (byte) 0xff ? -1 : header[from] & 0x3f;
            for (int i = from + 1; i < from + length; i++) {
                if (n != n << 8 >> 8) {
                    throw new ImageException("the archive has a number that is too large");
                }
                n = n << 8 | header[i] & 0xff;
            }
            return n;
        }
        long n = 0;
        for (int i = from; i < from + length; i++) {
            int c = header[i];
            if (c >= '0' && c <= '7') {
                n = n << 3 | c - '0';
            } else if (c != ' ' && c != 0) {
                throw new ImageException("no tar archive, or a damaged one: a number is none");
            }
        }
        return n;
    }

    private String text(int from, int length) {
        int n = 0;
        while (n < length && header[from + n] != 0) {
            n++;
        }
        return new String(header, from, n, StandardCharsets.ISO_8859_1);
    }

    // --- members ---

    private TarEntry entry(char flag, Map<String, byte[]> pax) throws IOException {
        byte[] longName = pax.get(PaxHeader.SPARSE_NAME);
        String name = longName != null ? latin(longName) : string(pax, PaxHeader.PATH, headerName());
        long bytes = PaxHeader.number(pax, "size", number(124, 12));
        if (bytes < 0) {
            throw new ImageException("'" + name + "' has a size below zero");
        }
        char type = flag == 0 || flag == '7' || flag == 'S' ? '0' : flag;
        if (type == '0' && name.endsWith("/")) {
            type = '5';
        }
        boolean hasData = type == '0' || "12345 6".indexOf(type) < 0;
        Contents raw = new Contents(hasData ? bytes : 0);
        stored = raw;
        contents = raw;
        long size = raw.left;
        if (flag == 'S') {
            SparseMap map = SparseMap.ofGnu(header, in);
            at += map.headerBytes();
            contents = map.expand(raw);
            size = map.size();
        } else if (pax.containsKey(PaxHeader.SPARSE_SIZE)) {
            SparseMap map = SparseMap.ofPax(pax, raw);
            contents = map.expand(raw);
            size = map.size();
        }
        position = at;
        long mtime = PaxHeader.time(pax, "mtime", number(136, 12) * NANOS);
        FileAttributes attributes = new FileAttributes(
                (int) number(100, 8) & MODE_BITS,
                (int) PaxHeader.number(pax, "uid", number(108, 8)),
                (int) PaxHeader.number(pax, "gid", number(116, 8)),
                mtime,
                PaxHeader.attributes(pax));
        String link = type == '1' || type == '2' ? string(pax, PaxHeader.LINK, text(157, 100)) : "";
        boolean device = type == '3' || type == '4';
        return new TarEntry(
                name,
                type,
                link,
                size,
                device ? (int) number(329, 8) : 0,
                device ? (int) number(337, 8) : 0,
                attributes);
    }

    /** GNU's old headers have times where POSIX has the beginning of a long name. */
    private String headerName() {
        boolean posix = text(257, 8).equals("ustar") && header[263] == '0';
        String prefix = posix ? text(345, 155) : "";
        return prefix.isEmpty() ? text(0, 100) : prefix + "/" + text(0, 100);
    }

    private static String string(Map<String, byte[]> pax, String key, String otherwise) {
        byte[] value = pax.get(key);
        return value == null ? otherwise : latin(value);
    }

    private static String latin(byte[] b) {
        return new String(b, StandardCharsets.ISO_8859_1);
    }

    /** The bytes of one member as they are stored; what is not read is skipped, with the padding behind it. */
    private final class Contents extends InputStream {
        private long left;
        private final long size;
        private boolean padded;

        Contents(long size) {
            this.size = size;
            left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int start, int length) throws IOException {
            if (left == 0) {
                if (!padded) {
                    padded = true;
                    skipPadding(size);
                }
                return -1;
            }
            int n = in.read(to, start, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException();
            }
            at += n;
            left -= n;
            return n;
        }

        /** To the next header. */
        void drain() throws IOException {
            in.skipNBytes(left);
            at += left;
            left = 0;
            read();
        }
    }
}
