package umlaut.net.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in network byte order in byte arrays, at any alignment. */
public final class Be {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Be() {}

    /** An unsigned byte: 0 to 255. */
    public static int u8(byte[] bytes, int at) {
        return bytes[at] & 0xff;
    }

    /** An unsigned 16-bit number: 0 to 65535. */
    public static int u16(byte[] bytes, int at) {
        return (short) SHORT.get(bytes, at) & 0xffff;
    }

    public static int i32(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    public static long i64(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    public static void put16(byte[] bytes, int at, int value) {
        SHORT.set(bytes, at, (short) value);
    }

    public static void put32(byte[] bytes, int at, int value) {
        INT.set(bytes, at, value);
    }

    public static void put64(byte[] bytes, int at, long value) {
        LONG.set(bytes, at, value);
    }
}
