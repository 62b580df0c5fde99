package umlaut.fs.ext4;

import umlaut.abi.Errno;
import umlaut.fs.disk.Bytes;

/**
 * The journal's layout (Linux: include/linux/jbd2.h; Documentation/filesystems/ext4/journal.rst): a superblock, and behind it a ring of blocks, each transaction
 * descriptor blocks with copies of metadata behind each, revoke blocks, and one commit block. All numbers are big-endian.
 */
final class JournalFormat {
    static final int MAGIC = 0xc03b3998;
    static final int DESCRIPTOR = 1, COMMIT = 2, SUPER_V1 = 3, SUPER_V2 = 4, REVOKE = 5;
    static final int FLAG_ESCAPE = 1, FLAG_SAME_UUID = 2, FLAG_DELETED = 4, FLAG_LAST = 8;
    static final int COMPAT_CHECKSUM = 1;
    static final int INCOMPAT_REVOKE = 1, INCOMPAT_64BIT = 2, INCOMPAT_CSUM_V2 = 8, INCOMPAT_CSUM_V3 = 0x10;
    static final int INCOMPAT_FAST_COMMIT = 0x20;
    private static final int INCOMPAT_KNOWN =
            INCOMPAT_REVOKE | INCOMPAT_64BIT | 4 | INCOMPAT_CSUM_V2 | INCOMPAT_CSUM_V3 | INCOMPAT_FAST_COMMIT;
    /** Of all block headers: magic, type, sequence. */
    static final int TYPE = 4, SEQUENCE = 8, HEADER = 12;
    /** In the superblock. */
    static final int S_BLOCKSIZE = 12, S_MAXLEN = 16, S_FIRST = 20, S_SEQUENCE = 24, S_START = 28, S_ERRNO = 32;

    static final int S_COMPAT = 36, S_INCOMPAT = 40, S_UUID = 48, S_USERS = 64, S_CHECKSUM_TYPE = 80, S_FC_BLOCKS = 84;
    static final int S_CHECKSUM = 252, SUPER_SIZE = 1024;
    private static final int CRC32C = 4;
    static final int UUID_SIZE = 16, CHECKSUM_SIZE = 4;
    static final int FAST_COMMIT_BLOCKS = 256;

    final byte[] superblock;
    final int blockSize;
    private int seed;

    /** @throws umlaut.abi.ErrnoException EINVAL, EUCLEAN */
    JournalFormat(byte[] superblock, int blockSize) {
        this.superblock = superblock;
        this.blockSize = blockSize;
        int type = Bytes.be32(superblock, TYPE);
        if (Bytes.be32(superblock, 0) != MAGIC || type != SUPER_V1 && type != SUPER_V2) {
            throw Errno.EUCLEAN.exception();
        }
        if (Bytes.be32(superblock, S_BLOCKSIZE) != blockSize || (incompat() & ~INCOMPAT_KNOWN) != 0) {
            throw Errno.EINVAL.exception();
        }
        seed = Checksum.crc32c(Checksum.START, superblock, S_UUID, UUID_SIZE);
        if (hasChecksums() && Bytes.be32(superblock, S_CHECKSUM) != superChecksum()) {
            throw Errno.EBADMSG.exception();
        }
    }

    int incompat() {
        return Bytes.be32(superblock, TYPE) == SUPER_V2 ? Bytes.be32(superblock, S_INCOMPAT) : 0;
    }

    boolean has(int feature) {
        return (incompat() & feature) != 0;
    }

    boolean hasChecksums() {
        return has(INCOMPAT_CSUM_V2 | INCOMPAT_CSUM_V3);
    }

    /** Before writing to it: the features we write with. */
    void setFeatures(boolean checksums, boolean wide) {
        int f = incompat() & ~(INCOMPAT_CSUM_V2 | INCOMPAT_CSUM_V3 | INCOMPAT_64BIT | 4) | INCOMPAT_REVOKE;
        f |= (checksums ? INCOMPAT_CSUM_V3 : 0) | (wide ? INCOMPAT_64BIT : 0);
        Bytes.putBe32(superblock, TYPE, SUPER_V2);
        Bytes.putBe32(superblock, S_INCOMPAT, f);
        Bytes.putBe32(superblock, S_COMPAT, Bytes.be32(superblock, S_COMPAT) & ~COMPAT_CHECKSUM);
        superblock[S_CHECKSUM_TYPE] = (byte) (checksums ? CRC32C : 0);
    }

    private int superChecksum() {
        return Checksum.crc32cWithout(Checksum.START, superblock, 0, SUPER_SIZE, S_CHECKSUM);
    }

    void sealSuper() {
        if (hasChecksums()) {
            Bytes.putBe32(superblock, S_CHECKSUM, superChecksum());
        }
    }

    /** Blocks of the ring, the superblock and what fast commits have at the end not counted. */
    int end() {
        int all = Bytes.be32(superblock, S_MAXLEN);
        if (!has(INCOMPAT_FAST_COMMIT)) {
            return all;
        }
        int fast = Bytes.be32(superblock, S_FC_BLOCKS);
        return all - (fast == 0 ? FAST_COMMIT_BLOCKS : fast);
    }

    int first() {
        return Bytes.be32(superblock, S_FIRST);
    }

    int tagSize() {
        if (has(INCOMPAT_CSUM_V3)) {
            return 16;
        }
        int size = 12 + (has(INCOMPAT_CSUM_V2) ? 2 : 0);
        return has(INCOMPAT_64BIT) ? size : size - 4;
    }

    /** What a descriptor or revoke block has room for, its checksum at the end apart. */
    int usable() {
        return blockSize - (hasChecksums() ? CHECKSUM_SIZE : 0);
    }

    int revokeSize() {
        return has(INCOMPAT_64BIT) ? 8 : 4;
    }

    byte[] header(int type, int sequence) {
        byte[] block = new byte[blockSize];
        Bytes.putBe32(block, 0, MAGIC);
        Bytes.putBe32(block, TYPE, type);
        Bytes.putBe32(block, SEQUENCE, sequence);
        return block;
    }

    /** The sum of a descriptor or revoke block, at its end. */
    void sealTail(byte[] block) {
        if (hasChecksums()) {
            int at = blockSize - CHECKSUM_SIZE;
            Bytes.putBe32(block, at, Checksum.crc32cWithout(seed, block, 0, blockSize, at));
        }
    }

    boolean tailFits(byte[] block) {
        int at = blockSize - CHECKSUM_SIZE;
        return !hasChecksums() || Bytes.be32(block, at) == Checksum.crc32cWithout(seed, block, 0, blockSize, at);
    }

    private static final int COMMIT_SUM = 16;

    void sealCommit(byte[] block) {
        if (hasChecksums()) {
            Bytes.putBe32(block, COMMIT_SUM, Checksum.crc32cWithout(seed, block, 0, blockSize, COMMIT_SUM));
        }
    }

    boolean commitFits(byte[] block) {
        return !hasChecksums()
                || Bytes.be32(block, COMMIT_SUM) == Checksum.crc32cWithout(seed, block, 0, blockSize, COMMIT_SUM);
    }

    /** The sum of a copied block, for its tag. */
    int blockChecksum(byte[] data, int sequence) {
        byte[] number = new byte[4];
        Bytes.putBe32(number, 0, sequence);
        return Checksum.crc32c(Checksum.crc32c(seed, number, 0, 4), data, 0, blockSize);
    }

    /** @return the place behind the tag */
    int putTag(byte[] block, int at, long target, int flags, int checksum) {
        Bytes.putBe32(block, at, target);
        int high = (int) (target >>> 32);
        if (has(INCOMPAT_CSUM_V3)) {
            Bytes.putBe32(block, at + 4, flags);
            Bytes.putBe32(block, at + 8, high);
            Bytes.putBe32(block, at + 12, checksum);
        } else {
            Bytes.putBe16(block, at + 6, flags);
            if (has(INCOMPAT_64BIT)) {
                Bytes.putBe32(block, at + 8, high);
            }
        }
        return at + tagSize();
    }

    long tagTarget(byte[] block, int at) {
        long target = Bytes.be32(block, at) & 0xffff_ffffL;
        return has(INCOMPAT_64BIT) ? target | (long) Bytes.be32(block, at + 8) << 32 : target;
    }

    int tagFlags(byte[] block, int at) {
        return has(INCOMPAT_CSUM_V3) ? Bytes.be32(block, at + 4) : Bytes.be16(block, at + 6);
    }

    boolean tagFits(byte[] block, int at, byte[] data, int sequence) {
        if (has(INCOMPAT_CSUM_V3)) {
            return Bytes.be32(block, at + 12) == blockChecksum(data, sequence);
        }
        return !has(INCOMPAT_CSUM_V2) || Bytes.be16(block, at + 4) == (blockChecksum(data, sequence) & 0xffff);
    }
}
