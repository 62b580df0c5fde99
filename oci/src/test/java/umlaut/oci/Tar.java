package umlaut.oci;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes tar archives as tests want them, sane or not. */
final class Tar {
    private static final int BLOCK = 512;
    static final int TIME = 1_700_000_000;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Tar file(String name, int mode, String contents) {
        return entry(name, '0', mode, "", contents.getBytes(StandardCharsets.ISO_8859_1), 0, 0);
    }

    Tar file(String name, byte[] contents) {
        return entry(name, '0', 0644, "", contents, 0, 0);
    }

    Tar directory(String name) {
        return entry(name, '5', 0755, "", new byte[0], 0, 0);
    }

    Tar link(String name, char type, String target) {
        return entry(name, type, 0777, target, new byte[0], 0, 0);
    }

    Tar device(String name, char type, int major, int minor) {
        return entry(name, type, 0600, "", new byte[0], major, minor);
    }

    /** Records for the next member. */
    Tar pax(Map<String, byte[]> records) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        records.forEach((key, value) -> {
            int rest = key.length() + value.length + 3;
            int length = rest + String.valueOf(rest).length();
            length = rest + String.valueOf(length).length();
            text.writeBytes((length + " " + key + "=").getBytes(StandardCharsets.UTF_8));
            text.writeBytes(value);
            text.write('\n');
        });
        return entry("pax", 'x', 0644, "", text.toByteArray(), 0, 0);
    }

    Tar entry(String name, char type, int mode, String link, byte[] contents, int major, int minor) {
        return header(name, type, mode, link, contents.length, major, minor).raw(contents);
    }

    /** A header alone, which may lie about what follows. */
    Tar header(String name, char type, int mode, String link, long size, int major, int minor) {
        byte[] h = new byte[BLOCK];
        put(h, 0, name);
        put(h, 100, String.format("%07o", mode));
        put(h, 108, String.format("%07o", 1000));
        put(h, 116, String.format("%07o", 100));
        put(h, 124, String.format("%011o", size));
        put(h, 136, String.format("%011o", TIME));
        h[156] = (byte) type;
        put(h, 157, link);
        put(h, 257, "ustar");
        put(h, 263, "00");
        put(h, 329, String.format("%07o", major));
        put(h, 337, String.format("%07o", minor));
        int sum = 8 * ' ';
        for (byte b : h) {
            sum += b & 0xff;
        }
        put(h, 148, String.format("%06o", sum));
        h[155] = ' ';
        out.writeBytes(h);
        return this;
    }

    /** Contents, to whole blocks. */
    Tar raw(byte[] contents) {
        out.writeBytes(contents);
        out.writeBytes(new byte[-contents.length & BLOCK - 1]);
        return this;
    }

    private static void put(byte[] h, int at, String text) {
        byte[] b = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(b, 0, h, at, b.length);
    }

    byte[] bytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(out.toByteArray());
        all.writeBytes(new byte[2 * BLOCK]);
        return all.toByteArray();
    }
}
