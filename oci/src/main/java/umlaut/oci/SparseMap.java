package umlaut.oci;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import umlaut.block.ImageException;

/** Which parts of a sparse member the archive has: GNU tar's old headers ("S") and pax format 1.0 ("The GNU tar manual", Sparse Formats). */
final class SparseMap {
    private record Piece(long offset, long length) {}

    private static final int BLOCK = 512, MOST_PIECES = 1 << 20;

    private final List<Piece> pieces = new ArrayList<>();
    private long size;
    private long headerBytes;

    private SparseMap() {}

    long size() {
        return size;
    }

    /** Bytes read for the map that are not the member's. */
    long headerBytes() {
        return headerBytes;
    }

    /** @param in further blocks of the map are read from it */
    static SparseMap ofGnu(byte[] header, InputStream in) throws IOException {
        SparseMap map = new SparseMap();
        map.size = octal(header, 483);
        map.add(header, 386, 4);
        boolean more = header[482] != 0;
        while (more) {
            byte[] block = in.readNBytes(BLOCK);
            if (block.length < BLOCK) {
                throw new EOFException();
            }
            map.headerBytes += BLOCK;
            map.add(block, 0, 21);
            more = block[504] != 0;
        }
        return map.checked();
    }

    private static long octal(byte[] b, int at) {
        if ((b[at] & 0x80) != 0) {
            long n = 0;
            for (int i = at + 4; i < at + 12; i++) {
                n = n << 8 | b[i] & 0xff;
            }
            return n;
        }
        long n = 0;
        for (int i = at; i < at + 12 && b[i] >= '0' && b[i] <= '7'; i++) {
            n = n << 3 | b[i] - '0';
        }
        return n;
    }

    private void add(byte[] b, int from, int most) {
        for (int i = 0; i < most && b[from + 24 * i] != 0; i++) {
            add(octal(b, from + 24 * i), octal(b, from + 24 * i + 12));
        }
    }

    private void add(long offset, long length) {
        if (pieces.size() == MOST_PIECES) {
            throw new ImageException("the archive has a sparse file with too many pieces");
        }
        pieces.add(new Piece(offset, length));
    }

    /** Format 1.0: the map stands before the data, decimal numbers, one a line, in whole blocks. */
    static SparseMap ofPax(Map<String, byte[]> pax, InputStream contents) throws IOException {
        if (PaxHeader.number(pax, PaxHeader.SPARSE_MAJOR, 0) != 1) {
            throw new ImageException(
                    "the archive has a sparse file in pax format 0.x: make it with tar --sparse-version=1.0");
        }
        SparseMap map = new SparseMap();
        map.size = PaxHeader.number(pax, PaxHeader.SPARSE_SIZE, 0);
        long[] read = new long[1];
        long count = line(contents, read);
        for (long i = 0; i < count; i++) {
            long offset = line(contents, read);
            map.add(offset, line(contents, read));
        }
        contents.skipNBytes(-read[0] & BLOCK - 1);
        return map.checked();
    }

    private static long line(InputStream in, long[] read) throws IOException {
        StringBuilder text = new StringBuilder();
        int c;
        while ((c = in.read()) != '\n') {
            if (c < '0' || c > '9' || text.length() == 18) {
                throw new ImageException("the archive has a sparse file with a damaged map");
            }
            text.append((char) c);
            read[0]++;
        }
        read[0]++;
        if (text.isEmpty()) {
            throw new ImageException("the archive has a sparse file with a damaged map");
        }
        return Long.parseLong(text.toString());
    }

    private SparseMap checked() {
        long end = 0;
        for (Piece piece : pieces) {
            if (piece.offset < end || piece.length < 0 || piece.offset + piece.length > size) {
                throw new ImageException("the archive has a sparse file with a damaged map");
            }
            end = piece.offset + piece.length;
        }
        return this;
    }

    /** The whole file, with zeros where the archive has nothing. */
    InputStream expand(InputStream stored) {
        return new InputStream() {
            private long at;
            private int next;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int start, int length) throws IOException {
                if (length == 0 || at == size) {
                    return length == 0 ? 0 : -1;
                }
                while (next < pieces.size() && at >= pieces.get(next).offset + pieces.get(next).length) {
                    next++;
                }
                Piece piece = next < pieces.size() ? pieces.get(next) : new Piece(size, 0);
                boolean hole = at < piece.offset;
                int n = (int) Math.min(length, (hole ? piece.offset : piece.offset + piece.length) - at);
                if (hole) {
                    Arrays.fill(to, start, start + n, (byte) 0);
                } else {
                    n = stored.read(to, start, n);
                    if (n < 0) {
                        throw new EOFException();
                    }
                }
                at += n;
                return n;
            }
        };
    }
}
