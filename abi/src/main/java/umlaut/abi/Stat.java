package umlaut.abi;

import java.lang.foreign.MemorySegment;

/**
 * struct stat: what stat(2), fstat(2), lstat(2) and newfstatat(2) return.
 *
 * <p>Linux: {@code arch/x86/include/uapi/asm/stat.h}; man page: stat(3type).
 */
public final class Stat {
    public static final int ST_DEV = 0;
    public static final int ST_INO = 8;
    public static final int ST_NLINK = 16;
    public static final int ST_MODE = 24;
    public static final int ST_UID = 28;
    public static final int ST_GID = 32;
    public static final int ST_RDEV = 40;
    public static final int ST_SIZE = 48;
    public static final int ST_BLKSIZE = 56;
    public static final int ST_BLOCKS = 64;
    public static final int ST_ATIME = 72;
    public static final int ST_ATIME_NSEC = 80;
    public static final int ST_MTIME = 88;
    public static final int ST_MTIME_NSEC = 96;
    public static final int ST_CTIME = 104;
    public static final int ST_CTIME_NSEC = 112;

    /** Bytes in all. */
    public static final int SIZE = 144;

    private Stat() {}

    /** Writes device, inode number and the like; the rest is left to {@link #writeSize} and {@link #writeTimes}. */
    public static void writeIdentity(
            MemorySegment to, long at, long dev, long ino, long nlink, int mode, int uid, int gid, long rdev) {
        Le.putLong(to, at + ST_DEV, dev);
        Le.putLong(to, at + ST_INO, ino);
        Le.putLong(to, at + ST_NLINK, nlink);
        Le.putInt(to, at + ST_MODE, mode);
        Le.putInt(to, at + ST_UID, uid);
        Le.putInt(to, at + ST_GID, gid);
        Le.putInt(to, at + ST_GID + 4, 0);
        Le.putLong(to, at + ST_RDEV, rdev);
    }

    /** Writes size and block size in bytes, and the number of 512-byte blocks. */
    public static void writeSize(MemorySegment to, long at, long size, long blockSize, long blocks) {
        Le.putLong(to, at + ST_SIZE, size);
        Le.putLong(to, at + ST_BLKSIZE, blockSize);
        Le.putLong(to, at + ST_BLOCKS, blocks);
    }

    /** Writes the three times, each as seconds and nanoseconds, and clears the reserved end. */
    public static void writeTimes(
            MemorySegment to, long at, long aSec, long aNsec, long mSec, long mNsec, long cSec, long cNsec) {
        Timespec.write(to, at + ST_ATIME, aSec, aNsec);
        Timespec.write(to, at + ST_MTIME, mSec, mNsec);
        Timespec.write(to, at + ST_CTIME, cSec, cNsec);
        Le.clear(to, at + ST_CTIME + Timespec.SIZE, SIZE - ST_CTIME - Timespec.SIZE);
    }
}
