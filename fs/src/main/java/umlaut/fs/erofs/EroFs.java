package umlaut.fs.erofs;

import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.block.BlockDevice;
import umlaut.fs.disk.Bytes;
import umlaut.fs.disk.ReadOnlyFs;
import umlaut.fs.disk.ReadOnlyInode;
import umlaut.kernel.Kernel;

/** A mounted erofs: the superblock at 1,024. The keys of objects are their numbers ("nid"), which say where they lie, in units of 32 bytes. */
final class EroFs extends ReadOnlyFs {
    private static final int MAGIC = 0xe0f5e1e2;
    private static final int SUPER = 1024, SUPER_SIZE = 128;
    /** Chunks: files in pieces of equal size, each of which lies somewhere. */
    private static final int INCOMPAT_CHUNKED = 4;

    private final byte[] raw;
    final int blockShift;
    final int blockSize;
    private final long metadata;
    final long xattrs;

    /** @throws ErrnoException EINVAL, EUCLEAN, EBADMSG, EIO */
    EroFs(Kernel kernel, BlockDevice disk, long number, Runnable atEnd) {
        super(kernel, "erofs", disk, number, Errno.EUCLEAN, atEnd);
        if (disk.size < SUPER + SUPER_SIZE) {
            throw Errno.EINVAL.exception();
        }
        raw = bytes(SUPER, SUPER_SIZE);
        blockShift = Bytes.u8(raw, 12);
        if (Bytes.i32(raw, 0) != MAGIC) {
            throw refuse(Errno.EINVAL, "cannot find valid erofs superblock");
        }
        if (blockShift < 9 || blockShift > 12) {
            throw refuse(Errno.EINVAL, "blocks of 2^" + blockShift + " bytes are not known here");
        }
        blockSize = 1 << blockShift;
        int features = Bytes.i32(raw, 80) & ~INCOMPAT_CHUNKED;
        if (features != 0) {
            throw refuse(Errno.EOPNOTSUPP, "features " + Integer.toHexString(features) + " are not known here");
        }
        metadata = Bytes.u32(raw, 40) << blockShift;
        xattrs = Bytes.u32(raw, 44) << blockShift;
        root();
    }

    private ErrnoException refuse(Errno errno, String why) {
        warn(why);
        return errno.exception();
    }

    @Override
    protected long rootKey() {
        return Bytes.u16(raw, 14);
    }

    long placeOf(long nid) {
        return metadata + nid * 32;
    }

    /** What inodes of the short form have as time. ns */
    long buildTime() {
        return Bytes.i64(raw, 24) * 1_000_000_000L + Bytes.u32(raw, 32);
    }

    @Override
    protected ReadOnlyInode load(long nid) {
        return ErofsInode.read(this, nid);
    }

    @Override
    public StatfsInfo statfs() {
        return new StatfsInfo(MAGIC & 0xffff_ffffL, blockSize, Bytes.u32(raw, 36), 0, 0, Bytes.i64(raw, 16), 0, 255);
    }
}
