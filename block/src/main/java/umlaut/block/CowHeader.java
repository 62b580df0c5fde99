package umlaut.block;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import umlaut.host.Scratch;

/**
 * The header of User-mode Linux's copy-on-write files (Linux: arch/um/drivers/cow_user.c). Version 1 has the host's byte order, 2 and 3 the network's. Some files of version 3
 * made before December 2005 have a 64-bit time stamp: those have no backing path where one should begin.
 *
 * @param backing path of the backing file, as it was when this file was made
 * @param mtime of the backing file, seconds since 1970, 32 bits
 * @param size of the backing file and so of the disk, bytes
 * @param bitmapAt where the bitmap begins, bytes; bit n, the least significant first, says that sector n is in this file
 * @param dataAt where sector 0 lies, bytes
 */
record CowHeader(String backing, int mtime, long size, long bitmapAt, long bitmapLength, long dataAt) {
    static final int MAGIC = 0x4f4f4f4d;
    private static final int SECTOR = BlockDevice.SECTOR;
    private static final int ALIGNMENT = 4096;
    private static final int V1_PATH = 256, PATH = 4096;
    private static final int V1_SIZE = 280, V2_SIZE = 4120, V3_SIZE = 4128, OLD_V3_SIZE = 4136;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt NET_INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong NET_LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** Does the file begin as one of these does, in either byte order? */
    static boolean begins(MemorySegment start) {
        int magic = start.get(INT, 0);
        return magic == MAGIC || magic == Integer.reverseBytes(MAGIC);
    }

    /** @throws ImageException for versions and contents not known */
    static CowHeader read(ImageFile file) {
        MemorySegment h = Scratch.room();
        file.read(h, 0, OLD_V3_SIZE, 0);
        if (!begins(h)) {
            throw new ImageException("'" + file.path + "' is no copy-on-write file of User-mode Linux");
        }
        int little = h.get(INT, 4);
        int version = little == 1 ? 1 : h.get(NET_INT, 4);
        return switch (version) {
            case 1 -> old(file, text(h, 8, V1_PATH), h.get(INT, 264), h.get(LONG, 268), h.get(INT, 276), V1_SIZE);
            case 2 ->
                old(file, text(h, 8, PATH), h.get(NET_INT, 4104), h.get(NET_LONG, 4108), h.get(NET_INT, 4116), V2_SIZE);
            case 3 -> h.get(NET_INT, 32) == 0 ? third(file, h, 4, OLD_V3_SIZE) : third(file, h, 0, V3_SIZE);
            default ->
                throw new ImageException(
                        "copy-on-write file '" + file.path + "': version " + version + " is not known: 1, 2 and 3 are");
        };
    }

    private static CowHeader old(ImageFile file, String backing, int mtime, long size, int sector, int header) {
        require(file, size, sector);
        long length = (size + SECTOR - 1) / (8 * SECTOR);
        long data = (header + length + SECTOR - 1) / SECTOR * SECTOR;
        return new CowHeader(backing, mtime, size, header, length, data);
    }

    /** @param shift how much further the fields behind the time stamp lie; the first word of a long one has the time */
    private static CowHeader third(ImageFile file, MemorySegment h, int shift, int header) {
        long size = h.get(NET_LONG, 12 + shift);
        require(file, size, h.get(NET_INT, 20 + shift));
        int alignment = h.get(NET_INT, 24 + shift);
        if (alignment <= 0 || Integer.bitCount(alignment) != 1 || h.get(NET_INT, 28 + shift) != 0) {
            throw new ImageException("copy-on-write file '" + file.path + "': its header is damaged");
        }
        return third(text(h, 32 + shift, PATH), h.get(NET_INT, 8), size, header, alignment);
    }

    private static CowHeader third(String backing, int mtime, long size, int header, int alignment) {
        long bitmap = roundUp(header, alignment);
        long length = ((size + SECTOR - 1) / SECTOR + 7) / 8;
        return new CowHeader(backing, mtime, size, bitmap, length, roundUp(bitmap + length, alignment));
    }

    private static void require(ImageFile file, long size, int sector) {
        if (sector != SECTOR || size < 0) {
            throw new ImageException("copy-on-write file '" + file.path + "': its header is damaged");
        }
    }

    /** Writes a new file's header, version 3, and gives it its length. */
    static CowHeader create(ImageFile file, String backing, long mtime, long size) {
        byte[] path = backing.getBytes(StandardCharsets.UTF_8);
        if (path.length >= PATH) {
            throw new ImageException("copy-on-write file '" + file.path + "': the backing file's path is too long");
        }
        MemorySegment h = Scratch.room().fill((byte) 0);
        h.set(NET_INT, 0, MAGIC);
        h.set(NET_INT, 4, 3);
        h.set(NET_INT, 8, (int) mtime);
        h.set(NET_LONG, 12, size);
        h.set(NET_INT, 20, SECTOR);
        h.set(NET_INT, 24, ALIGNMENT);
        MemorySegment.copy(path, 0, h, ValueLayout.JAVA_BYTE, 32, path.length);
        CowHeader header = third(backing, (int) mtime, size, V3_SIZE, ALIGNMENT);
        file.truncate(header.dataAt + size);
        file.write(h, 0, V3_SIZE, 0);
        return header;
    }

    private static long roundUp(long value, long unit) {
        return (value + unit - 1) / unit * unit;
    }

    private static String text(MemorySegment h, long at, int most) {
        int length = 0;
        while (length < most && h.get(ValueLayout.JAVA_BYTE, at + length) != 0) {
            length++;
        }
        byte[] bytes = h.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
