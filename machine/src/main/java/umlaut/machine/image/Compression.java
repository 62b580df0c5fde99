package umlaut.machine.image;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/** How a stream is compressed, by its first bytes. */
public enum Compression {
    NONE,
    GZIP(0x1f, 0x8b),
    XZ(0xfd, '7', 'z', 'X', 'Z', 0),
    ZSTD(0x28, 0xb5, 0x2f, 0xfd),
    BZIP2('B', 'Z', 'h');

    private static final int BUFFER = 64 << 10;
    /** What unpacking xz may take of memory, KiB: enough for its highest level. */
    private static final int XZ_MEMORY = 256 << 10;

    private final int[] magic;

    Compression(int... magic) {
        this.magic = magic;
    }

    public static Compression of(byte[] start) {
        for (Compression c : values()) {
            boolean fits = c != NONE && start.length >= c.magic.length;
            for (int i = 0; fits && i < c.magic.length; i++) {
                fits = (start[i] & 0xff) == c.magic[i];
            }
            if (fits) {
                return c;
            }
        }
        return NONE;
    }

    /** Unpacks a format. */
    @FunctionalInterface
    public interface Opener {
        InputStream open(InputStream in) throws IOException;
    }

    /**
     * The bytes of {@code in} as they were before they were compressed, several streams behind each other taken as one.
     *
     * @param bzip2 for what needs a library that not everybody has
     */
    public static InputStream open(InputStream in, Opener bzip2) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in, BUFFER);
        buffered.mark(8);
        byte[] start = buffered.readNBytes(8);
        buffered.reset();
        return switch (of(start)) {
            case NONE -> buffered;
            case GZIP -> new GZIPInputStream(buffered, BUFFER);
            case XZ -> new XZInputStream(buffered, XZ_MEMORY);
            case ZSTD -> new ZstdInputStream(buffered);
            case BZIP2 -> bzip2.open(buffered);
        };
    }
}
