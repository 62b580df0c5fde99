package umlaut.machine.image;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An archive as Linux takes it for its first root (Documentation/driver-api/early-userspace/buffer-format.rst): cpio in the "newc" form, with or without checksums, several of them behind each other with zeros in between, each
 * perhaps compressed. Numbers are checked before they are used.
 */
public final class CpioReader {
    private static final int HEADER = 110, FIELD = 8, MAGIC = 6, MOST_NAME = 4096;
    private static final String LAST = "TRAILER!!!";

    /**
     * A member.
     *
     * @param links how many names it has; those of one {@code ino} and {@code device} are the same, and one of them has the data
     */
    public record Entry(
            String name,
            int ino,
            int mode,
            int uid,
            int gid,
            int links,
            int mtime,
            long size,
            long device,
            int major,
            int minor) {}

    private InputStream in;
    private long at;
    private long left;
    private boolean unpacked;

    public CpioReader(InputStream in) {
        this.in = in;
    }

    /** The next one; its data comes from {@link #read}. @return null at the end. @throws IOException for what is no archive */
    public @Nullable Entry next() throws IOException {
        skip(left);
        left = 0;
        while (true) {
            align();
            int first = in.read();
            while (first == 0) {
                first = in.read();
                at++;
            }
            if (first < 0) {
                return null;
            }
            if (first != '0') {
                unpack(first);
                continue;
            }
            at++;
            Entry entry = header();
            if (!entry.name().equals(LAST)) {
                left = entry.size();
                return entry;
            }
            skip(entry.size());
        }
    }

    private void unpack(int first) throws IOException {
        if (unpacked) {
            throw new IOException("no cpio archive (newc)");
        }
        unpacked = true;
        InputStream whole = new SequenceInputStream(new ByteArrayInputStream(new byte[] {(byte) first}), in);
        in = new BufferedInputStream(Compression.open(whole, packed -> {
            throw new IOException("bzip2 is not unpacked");
        }));
        at = 0;
        in.mark(1);
        int start = in.read();
        in.reset();
        if (start != '0' && start != 0 && start >= 0) {
            throw new IOException("no cpio archive (newc)");
        }
    }

    private Entry header() throws IOException {
        byte[] rest = bytes(HEADER - 1);
        String text = "0" + new String(rest, StandardCharsets.ISO_8859_1);
        if (!text.startsWith("070701") && !text.startsWith("070702")) {
            throw new IOException("no cpio archive (newc)");
        }
        int nameSize = field(text, 11);
        if (nameSize < 1 || nameSize > MOST_NAME) {
            throw new IOException("a name of " + nameSize + " bytes in the archive");
        }
        byte[] name = bytes(nameSize);
        align();
        long size = field(text, 6) & 0xffff_ffffL;
        long device = (long) field(text, 7) << 32 | field(text, 8) & 0xffff_ffffL;
        return new Entry(
                new String(name, 0, nameSize - 1, StandardCharsets.ISO_8859_1),
                field(text, 0),
                field(text, 1),
                field(text, 2),
                field(text, 3),
                field(text, 4),
                field(text, 5),
                size,
                device,
                field(text, 9),
                field(text, 10));
    }

    private static int field(String header, int number) throws IOException {
        int from = MAGIC + FIELD * number;
        try {
            return Integer.parseUnsignedInt(header, from, from + FIELD, 16);
        } catch (NumberFormatException e) {
            throw new IOException("a damaged header in the archive");
        }
    }

    /** Data of the member. @return bytes, -1 at its end */
    public int read(byte[] to) throws IOException {
        if (left == 0) {
            return -1;
        }
        int n = in.read(to, 0, (int) Math.min(to.length, left));
        if (n < 0) {
            throw new EOFException("the archive is cut short");
        }
        left -= n;
        at += n;
        return n;
    }

    private byte[] bytes(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the archive is cut short");
        }
        at += count;
        return bytes;
    }

    private void align() throws IOException {
        skip(-at & 3);
    }

    private void skip(long count) throws IOException {
        try {
            in.skipNBytes(count);
        } catch (EOFException e) {
            if (count > 3) {
                throw new EOFException("the archive is cut short");
            }
        }
        at += count;
    }
}
