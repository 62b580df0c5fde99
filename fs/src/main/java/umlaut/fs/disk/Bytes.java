package umlaut.fs.disk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Little-endian fields in byte arrays, at any place: what the disk's structures are made of. The journal's are big-endian. */
public final class Bytes {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Bytes() {}

    public static int u8(byte[] b, int at) {
        return b[at] & 0xff;
    }

    public static int u16(byte[] b, int at) {
        return (short) SHORT.get(b, at) & 0xffff;
    }

    public static int i32(byte[] b, int at) {
        return (int) INT.get(b, at);
    }

    public static long u32(byte[] b, int at) {
        return (int) INT.get(b, at) & 0xffff_ffffL;
    }

    public static long i64(byte[] b, int at) {
        return (long) LONG.get(b, at);
    }

    public static void put16(byte[] b, int at, int value) {
        SHORT.set(b, at, (short) value);
    }

    public static void put32(byte[] b, int at, long value) {
        INT.set(b, at, (int) value);
    }

    public static void put64(byte[] b, int at, long value) {
        LONG.set(b, at, value);
    }

    public static int be16(byte[] b, int at) {
        return Short.reverseBytes((short) SHORT.get(b, at)) & 0xffff;
    }

    public static int be32(byte[] b, int at) {
        return Integer.reverseBytes((int) INT.get(b, at));
    }

    public static void putBe16(byte[] b, int at, int value) {
        SHORT.set(b, at, Short.reverseBytes((short) value));
    }

    public static void putBe32(byte[] b, int at, long value) {
        INT.set(b, at, Integer.reverseBytes((int) value));
    }

    public static void putBe64(byte[] b, int at, long value) {
        LONG.set(b, at, Long.reverseBytes(value));
    }

    public static boolean bit(byte[] b, int n) {
        return (b[n >> 3] >> (n & 7) & 1) != 0;
    }

    public static void setBit(byte[] b, int n) {
        b[n >> 3] |= (byte) (1 << (n & 7));
    }

    public static void clearBit(byte[] b, int n) {
        b[n >> 3] &= (byte) ~(1 << (n & 7));
    }
}
