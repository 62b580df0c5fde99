package umlaut.block;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import umlaut.host.Scratch;

/**
 * The header of a qcow2 image (QEMU's docs/interop/qcow2.txt). All numbers are big-endian.
 *
 * @param clusterBits log2 of the size of a cluster, in which everything is allocated
 * @param size of the disk, bytes
 * @param backing file that has what this one has not; null: zeros
 * @param backingIsRaw the backing file is raw whatever it looks like
 */
record QcowHeader(
        int version,
        int clusterBits,
        long size,
        int l1Size,
        long l1At,
        long refcountsAt,
        int refcountClusters,
        @Nullable String backing,
        boolean backingIsRaw) {
    static final int MAGIC = 0x514649fb; // "QFI\xfb"
    private static final int V2_LENGTH = 72;
    private static final int INCOMPATIBLE = 72, REFCOUNT_ORDER = 96, HEADER_LENGTH = 100;
    private static final int EXTENSION_END = 0, EXTENSION_FORMAT = 0xe2792aca;
    private static final int ORDER_16_BITS = 4;

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static ImageException problem(ImageFile file, String what) {
        return new ImageException("qcow2 image '" + file.path + "' " + what);
    }

    /** @throws ImageException for what is damaged or not known */
    static QcowHeader read(ImageFile file) {
        MemorySegment h = Scratch.room();
        file.read(h, 0, Scratch.ROOM, 0);
        int version = h.get(INT, 4);
        if (version != 2 && version != 3) {
            throw problem(file, "has version " + version + ": 2 and 3 are known");
        }
        int bits = h.get(INT, 20);
        long size = h.get(LONG, 24);
        int l1Size = h.get(INT, 36);
        long covered = bits > 30 ? 0 : 1L << bits << bits - 3;
        if (bits < 9
                || bits > 21
                || size < 0
                || l1Size < 0
                || l1Size > 1 << 22
                || (size + covered - 1) / covered > l1Size) {
            throw problem(file, "has a damaged header");
        }
        if (h.get(INT, 32) != 0) {
            throw problem(file, "is encrypted");
        }
        long features = version == 3 ? h.get(LONG, INCOMPATIBLE) : 0;
        if (features != 0) {
            throw problem(
                    file,
                    features == 1 || features == 2
                            ? "was not closed cleanly: repair it with 'qemu-img check -r all'"
                            : "has features that are not known (" + Long.toHexString(features) + ")");
        }
        if (!file.readOnly && (h.get(INT, 60) != 0 || version == 3 && h.get(INT, REFCOUNT_ORDER) != ORDER_16_BITS)) {
            throw problem(file, "has snapshots or reference counts not of 16 bits: add ,ro to only read it");
        }
        long nameAt = h.get(LONG, 8);
        int nameLength = h.get(INT, 16);
        String backing = null;
        boolean raw = false;
        if (nameAt != 0) {
            if (nameLength < 1 || nameLength > 1023 || nameAt < V2_LENGTH || nameAt + nameLength > Scratch.ROOM) {
                throw problem(file, "has a damaged header");
            }
            backing = text(h, nameAt, nameLength);
            raw = "raw".equals(format(h, version == 3 ? h.get(INT, HEADER_LENGTH) : V2_LENGTH, nameAt));
        }
        return new QcowHeader(
                version, bits, size, l1Size, h.get(LONG, 40), h.get(LONG, 48), h.get(INT, 56), backing, raw);
    }

    private static String text(MemorySegment h, long at, int length) {
        return new String(h.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private static String format(MemorySegment h, int from, long end) {
        int at = from;
        while (at >= V2_LENGTH && at + 8 <= end) {
            int type = h.get(INT, at);
            int length = h.get(INT, at + 4);
            if (type == EXTENSION_END || length < 0 || at + 8 + length > end) {
                break;
            }
            if (type == EXTENSION_FORMAT) {
                return text(h, at + 8, length);
            }
            at += 8 + (length + 7 & ~7);
        }
        return "";
    }

    /** The backing file's path: relative to the image's directory. */
    static String beside(String image, String backing) {
        Path directory = Path.of(image).toAbsolutePath().getParent();
        String name = backing.startsWith("file:") ? backing.substring(5) : backing;
        return directory == null ? name : directory.resolve(name).toString();
    }
}
