package umlaut.oci;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import umlaut.machine.image.FileAttributes;

/** Writes a tar archive (tar(5)): ustar headers, and a pax header before those whose names or sizes do not fit. Names are Latin-1, a byte a character. */
public final class TarWriter {
    private static final int BLOCK = 512;
    private static final int MOST_NAME = 100;
    private static final long MOST_SIZE = 0_77777777777L;
    private static final int MOST_ID = 0_7777777;
    private static final long NANOS = 1_000_000_000;

    private final OutputStream out;

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /** A member without contents, or the beginning of one with them: then exactly its size must be written, and {@link #endContents} called. */
    public void entry(TarEntry e) throws IOException {
        FileAttributes a = e.attributes();
        StringBuilder pax = new StringBuilder();
        if (e.name().length() > MOST_NAME) {
            record(pax, "path", e.name());
        }
        if (e.link().length() > MOST_NAME) {
            record(pax, "linkpath", e.link());
        }
        if (e.size() > MOST_SIZE) {
            record(pax, "size", Long.toString(e.size()));
        }
        if (a.uid() > MOST_ID || a.uid() < 0) {
            record(pax, "uid", Integer.toUnsignedString(a.uid()));
        }
        if (a.gid() > MOST_ID || a.gid() < 0) {
            record(pax, "gid", Integer.toUnsignedString(a.gid()));
        }
        if (!pax.isEmpty()) {
            byte[] text = pax.toString().getBytes(StandardCharsets.ISO_8859_1);
            header(new TarEntry("pax", 'x', "", text.length, 0, 0, FileAttributes.of(0644, 0)));
            out.write(text);
            endContents(text.length);
        }
        header(e);
    }

    /** "LENGTH NAME=VALUE\n", the length that of the whole. */
    private static void record(StringBuilder pax, String name, String value) {
        int rest = name.length() + value.length() + 3;
        int length = rest + Integer.toString(rest).length();
        length = rest + Integer.toString(length).length();
        pax.append(length).append(' ').append(name).append('=').append(value).append('\n');
    }

    private void header(TarEntry e) throws IOException {
        FileAttributes a = e.attributes();
        byte[] h = new byte[BLOCK];
        text(h, 0, MOST_NAME, e.name());
        octal(h, 100, 8, a.mode());
        octal(h, 108, 8, a.uid() & MOST_ID);
        octal(h, 116, 8, a.gid() & MOST_ID);
        octal(h, 124, 12, e.size() & MOST_SIZE);
        octal(h, 136, 12, Math.max(0, Math.floorDiv(a.mtimeNs(), NANOS)));
        h[156] = (byte) e.type();
        text(h, 157, MOST_NAME, e.link());
        text(h, 257, 8, "ustar\00000");
        octal(h, 329, 8, e.major());
        octal(h, 337, 8, e.minor());
        int sum = 8 * ' ';
        for (byte b : h) {
            sum += b & 0xff;
        }
        octal(h, 148, 7, sum);
        h[155] = ' ';
        out.write(h);
    }

    private static void text(byte[] h, int at, int most, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, h, at, Math.min(most, bytes.length));
    }

    /** With a zero byte at the end. */
    private static void octal(byte[] h, int at, int length, long value) {
        String digits = Long.toOctalString(value);
        String padded = "0".repeat(Math.max(0, length - 1 - digits.length())) + digits;
        text(h, at, length - 1, padded);
    }

    /** Fills up the last block of contents. */
    public void endContents(long size) throws IOException {
        int rest = (int) (size % BLOCK);
        if (rest > 0) {
            out.write(new byte[BLOCK - rest]);
        }
    }

    /** The archive's end; the stream stays open. */
    public void finish() throws IOException {
        out.write(new byte[2 * BLOCK]);
        out.flush();
    }
}
