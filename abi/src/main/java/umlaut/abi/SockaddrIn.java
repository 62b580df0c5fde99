package umlaut.abi;

import java.lang.foreign.MemorySegment;

/**
 * struct sockaddr_in; port and address are in network byte order.
 *
 * <p>Linux: {@code include/uapi/linux/in.h}; man page: ip(7).
 */
public final class SockaddrIn {
    public static final int SIN_FAMILY = 0;
    public static final int SIN_PORT = 2;
    public static final int SIN_ADDR = 4;

    /** Bytes in all. */
    public static final int SIZE = 16;

    private SockaddrIn() {}

    /** Writes an address; port in host order, address as a big-endian number. */
    public static void write(MemorySegment to, long at, int port, int address) {
        Le.putShort(to, at + SIN_FAMILY, SockConst.AF_INET);
        Le.putNetShort(to, at + SIN_PORT, port);
        Le.putNetInt(to, at + SIN_ADDR, address);
        Le.putLong(to, at + SIN_ADDR + 4, 0);
    }
}
