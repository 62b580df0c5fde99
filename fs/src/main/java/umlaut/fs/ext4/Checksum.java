package umlaut.fs.ext4;

import umlaut.fs.disk.Bytes;

/** The sums that guard metadata: CRC-32C as ext4 uses it, from any start value and without a last inversion, and CRC-16 of old group descriptors (Linux: lib/crc32.c, lib/crc16.c). */
final class Checksum {
    private static final int CASTAGNOLI = 0x82f63b78;
    private static final int ANSI = 0xa001;
    /** What a sum starts with where nothing else is said. */
    static final int START = -1;

    /** Eight tables, so that eight bytes are done in a step: entry i of table n is byte i with n zero bytes behind it. */
    private static final int[][] TABLES = tables();

    private Checksum() {}

    private static int[][] tables() {
        int[][] tables = new int[8][256];
        for (int i = 0; i < 256; i++) {
            int c = i;
            for (int k = 0; k < 8; k++) {
                c = (c & 1) != 0 ? c >>> 1 ^ CASTAGNOLI : c >>> 1;
            }
            tables[0][i] = c;
        }
        for (int i = 0; i < 256; i++) {
            for (int n = 1; n < 8; n++) {
                int before = tables[n - 1][i];
                tables[n][i] = before >>> 8 ^ tables[0][before & 0xff];
            }
        }
        return tables;
    }

    static int crc32c(int seed, byte[] b, int from, int length) {
        int c = seed;
        int at = from;
        int end = from + length;
        int[][] t = TABLES;
        for (; at + 8 <= end; at += 8) {
            int low = Bytes.i32(b, at) ^ c;
            int high = Bytes.i32(b, at + 4);
            c = t[7][low & 0xff]
                    ^ t[6][low >>> 8 & 0xff]
                    ^ t[5][low >>> 16 & 0xff]
                    ^ t[4][low >>> 24]
                    ^ t[3][high & 0xff]
                    ^ t[2][high >>> 8 & 0xff]
                    ^ t[1][high >>> 16 & 0xff]
                    ^ t[0][high >>> 24];
        }
        for (; at < end; at++) {
            c = c >>> 8 ^ t[0][(c ^ b[at]) & 0xff];
        }
        return c;
    }

    /** Goes on with a 32-bit number, little-endian. */
    static int crc32c(int seed, int number) {
        byte[] b = new byte[4];
        Bytes.put32(b, 0, number);
        return crc32c(seed, b, 0, 4);
    }

    static int crc32c(int seed, long number) {
        byte[] b = new byte[8];
        Bytes.put64(b, 0, number);
        return crc32c(seed, b, 0, 8);
    }

    /** As if the 4 bytes at {@code hole} were zero. */
    static int crc32cWithout(int seed, byte[] b, int from, int length, int hole) {
        int c = crc32c(seed, b, from, hole - from);
        c = crc32c(c, 0);
        return crc32c(c, b, hole + 4, from + length - hole - 4);
    }

    static int crc16(int seed, byte[] b, int from, int length) {
        int c = seed;
        for (int i = from; i < from + length; i++) {
            c ^= b[i] & 0xff;
            for (int k = 0; k < 8; k++) {
                c = (c & 1) != 0 ? c >>> 1 ^ ANSI : c >>> 1;
            }
        }
        return c & 0xffff;
    }
}
