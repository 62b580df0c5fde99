package umlaut.fs.ext4;

/** The hashes that order names in indexed directories (Linux: fs/ext4/hash.c). Names are Latin-1, a char a byte. */
final class DirHash {
    static final int LEGACY = 0, HALF_MD4 = 1, TEA = 2, UNSIGNED = 3;
    private static final int END = 0x7fffffff;
    private static final int K2 = 0x5a827999, K3 = 0x6ed9eba1;
    private static final int DELTA = 0x9e3779b9;

    private DirHash() {}

    /**
     * Both halves of a name's hash.
     *
     * @param version as in an index's root; from 3 on chars count as unsigned
     * @return the hash by which the index is ordered above, the minor one below
     */
    static long of(String name, int version, int[] seed) {
        boolean signed = version < UNSIGNED;
        int[] buf = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
        if ((seed[0] | seed[1] | seed[2] | seed[3]) != 0) {
            System.arraycopy(seed, 0, buf, 0, 4);
        }
        int hash;
        int minor = 0;
        switch (version % UNSIGNED) {
            case LEGACY -> hash = legacy(name, signed);
            case HALF_MD4 -> {
                int[] in = new int[8];
                for (int at = 0; at < name.length(); at += 32) {
                    fill(name, at, in, signed);
                    halfMd4(buf, in);
                }
                hash = buf[1];
                minor = buf[2];
            }
            default -> {
                int[] in = new int[4];
                for (int at = 0; at < name.length(); at += 16) {
                    fill(name, at, in, signed);
                    tea(buf, in);
                }
                hash = buf[0];
                minor = buf[1];
            }
        }
        hash &= ~1;
        if (hash == END << 1) {
            hash = END - 1 << 1;
        }
        return (long) hash << 32 | minor & 0xffff_ffffL;
    }

    private static int at(String name, int i, boolean signed) {
        return signed ? (byte) name.charAt(i) : name.charAt(i) & 0xff;
    }

    private static int legacy(String name, boolean signed) {
        int hash0 = 0x12a3fe2d;
        int hash1 = 0x37abe8f9;
        for (int i = 0; i < name.length(); i++) {
            int hash = hash1 + (hash0 ^ at(name, i, signed) * 7152373);
            if (hash < 0) {
                hash -= 0x7fffffff;
            }
            hash1 = hash0;
            hash0 = hash;
        }
        return hash0 << 1;
    }

    private static void fill(String name, int from, int[] in, boolean signed) {
        int left = name.length() - from;
        int pad = left | left << 8;
        pad |= pad << 16;
        int length = Math.min(left, in.length * 4);
        int val = pad;
        int n = 0;
        for (int i = 0; i < length; i++) {
            val = at(name, from + i, signed) + (val << 8);
            if (i % 4 == 3) {
                in[n++] = val;
                val = pad;
            }
        }
        if (n < in.length) {
            in[n++] = val;
        }
        while (n < in.length) {
            in[n++] = pad;
        }
    }

    private static void tea(int[] buf, int[] in) {
        int sum = 0;
        int b0 = buf[0];
        int b1 = buf[1];
        for (int n = 0; n < 16; n++) {
            sum += DELTA;
            b0 += (b1 << 4) + in[0] ^ b1 + sum ^ (b1 >>> 5) + in[1];
            b1 += (b0 << 4) + in[2] ^ b0 + sum ^ (b0 >>> 5) + in[3];
        }
        buf[0] += b0;
        buf[1] += b1;
    }

    private static int f(int x, int y, int z) {
        return z ^ x & (y ^ z);
    }

    private static int g(int x, int y, int z) {
        return (x & y) + ((x ^ y) & z);
    }

    /** Three rounds of eight steps, each with its order of words and its shifts. */
    private static final int[][] ORDER = {{0, 1, 2, 3, 4, 5, 6, 7}, {1, 3, 5, 7, 0, 2, 4, 6}, {3, 7, 2, 6, 1, 5, 0, 4}};

    private static final int[][] SHIFTS = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
    private static final int[] ADDED = {0, K2, K3};

    private static void halfMd4(int[] buf, int[] in) {
        int a = buf[0];
        int b = buf[1];
        int c = buf[2];
        int d = buf[3];
        for (int round = 0; round < 3; round++) {
            int[] order = ORDER[round];
            int[] shifts = SHIFTS[round];
            int added = ADDED[round];
            for (int i = 0; i < 8; i++) {
                int mixed = round == 0 ? f(b, c, d) : round == 1 ? g(b, c, d) : b ^ c ^ d;
                int t = Integer.rotateLeft(a + mixed + in[order[i]] + added, shifts[i & 3]);
                a = d;
                d = c;
                c = b;
                b = t;
            }
        }
        buf[0] += a;
        buf[1] += b;
        buf[2] += c;
        buf[3] += d;
    }
}
