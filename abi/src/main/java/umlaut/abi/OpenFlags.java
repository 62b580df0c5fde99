package umlaut.abi;

/**
 * Flags of open(2): access mode, creation and status flags, in the octal of Linux's own headers.
 *
 * <p>{@code O_LARGEFILE} has the kernel's value (the C library's is 0 on x86-64), since the kernel shows it in
 * F_GETFL and in /proc/PID/fdinfo. Linux: {@code include/uapi/asm-generic/fcntl.h}; man pages: open(2), openat2(2).
 */
public final class OpenFlags {
    // Access mode

    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 01;
    public static final int O_RDWR = 02;
    public static final int O_ACCMODE = 03;

    // Creation and status flags

    public static final int O_CREAT = 0100;
    public static final int O_EXCL = 0200;
    public static final int O_NOCTTY = 0400;
    public static final int O_TRUNC = 01000;
    public static final int O_APPEND = 02000;
    public static final int O_NDELAY = 04000;
    public static final int O_NONBLOCK = 04000;
    public static final int O_DSYNC = 010000;
    public static final int O_ASYNC = 020000;
    public static final int O_DIRECT = 040000;
    public static final int O_LARGEFILE = 0100000;
    public static final int O_DIRECTORY = 0200000;
    public static final int O_NOFOLLOW = 0400000;
    public static final int O_NOATIME = 01000000;
    public static final int O_CLOEXEC = 02000000;
    public static final int __O_SYNC = 04000000;
    public static final int O_SYNC = 04010000;
    public static final int O_PATH = 010000000;
    public static final int __O_TMPFILE = 020000000;
    public static final int O_TMPFILE = 020200000;

    // openat2: how->resolve

    public static final int RESOLVE_NO_XDEV = 0x1;
    public static final int RESOLVE_NO_MAGICLINKS = 0x2;
    public static final int RESOLVE_NO_SYMLINKS = 0x4;
    public static final int RESOLVE_BENEATH = 0x8;
    public static final int RESOLVE_IN_ROOT = 0x10;
    public static final int RESOLVE_CACHED = 0x20;

    // Within the kernel only

    /** Opened to be executed. */
    public static final int FMODE_EXEC = 0x20;
    /** Nobody is told of what happens to this open file. */
    public static final int FMODE_NONOTIFY = 0x4000000;

    private OpenFlags() {}

    /** Whether a file opened with these flags may be read. */
    public static boolean mayRead(int flags) {
        return (flags & O_ACCMODE) != O_WRONLY;
    }

    /** Whether a file opened with these flags may be written. */
    public static boolean mayWrite(int flags) {
        return (flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR;
    }
}
