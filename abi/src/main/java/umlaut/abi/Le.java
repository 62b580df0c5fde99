package umlaut.abi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads and writes the fields of C structs in a memory segment: little endian, at any alignment.
 *
 * <p>Struct classes of this package hold byte offsets; a field is reached as {@code Le.getLong(segment, at + Stat.ST_SIZE)}
 * where {@code at} is the struct's start. Access outside the segment throws IndexOutOfBoundsException, as ever.
 */
public final class Le {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Le() {}

    public static byte getByte(MemorySegment segment, long at) {
        return segment.get(ValueLayout.JAVA_BYTE, at);
    }

    public static short getShort(MemorySegment segment, long at) {
        return segment.get(SHORT, at);
    }

    public static int getInt(MemorySegment segment, long at) {
        return segment.get(INT, at);
    }

    public static long getLong(MemorySegment segment, long at) {
        return segment.get(LONG, at);
    }

    /** An unsigned byte: 0 to 255. */
    public static int getUnsignedByte(MemorySegment segment, long at) {
        return segment.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }

    /** An unsigned 16-bit number: 0 to 65535. */
    public static int getUnsignedShort(MemorySegment segment, long at) {
        return segment.get(SHORT, at) & 0xffff;
    }

    /** An unsigned 32-bit number: 0 to 2^32 - 1. */
    public static long getUnsignedInt(MemorySegment segment, long at) {
        return segment.get(INT, at) & 0xffff_ffffL;
    }

    /** A 16-bit number in network byte order, as ports are: 0 to 65535. */
    public static int getNetShort(MemorySegment segment, long at) {
        return Short.reverseBytes(segment.get(SHORT, at)) & 0xffff;
    }

    /** A 32-bit number in network byte order, as IPv4 addresses are. */
    public static int getNetInt(MemorySegment segment, long at) {
        return Integer.reverseBytes(segment.get(INT, at));
    }

    public static void putByte(MemorySegment segment, long at, int value) {
        segment.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    public static void putShort(MemorySegment segment, long at, int value) {
        segment.set(SHORT, at, (short) value);
    }

    public static void putInt(MemorySegment segment, long at, int value) {
        segment.set(INT, at, value);
    }

    public static void putLong(MemorySegment segment, long at, long value) {
        segment.set(LONG, at, value);
    }

    public static void putNetShort(MemorySegment segment, long at, int value) {
        segment.set(SHORT, at, Short.reverseBytes((short) value));
    }

    public static void putNetInt(MemorySegment segment, long at, int value) {
        segment.set(INT, at, Integer.reverseBytes(value));
    }

    /** Sets bytes to zero: what a kernel does with a struct before it fills it, so that padding tells nothing. */
    public static void clear(MemorySegment segment, long at, long length) {
        segment.asSlice(at, length).fill((byte) 0);
    }

    /** Copies a whole array in. */
    public static void putBytes(MemorySegment segment, long at, byte[] bytes) {
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, at, bytes.length);
    }

    /** Copies bytes out into a new array. */
    public static byte[] getBytes(MemorySegment segment, long at, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, bytes, 0, length);
        return bytes;
    }

    /** Writes a {@code char[length]} field: the text in UTF-8, cut to leave room for a NUL, and NULs to the end. */
    public static void putText(MemorySegment segment, long at, int length, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int copied = Math.min(bytes.length, length - 1);
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, at, copied);
        clear(segment, at + copied, length - copied);
    }
}
