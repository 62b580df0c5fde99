package umlaut.abi;

/**
 * File modes: type, set-id and permission bits of {@code st_mode}, with predicates.
 *
 * <p>Linux: {@code include/uapi/linux/stat.h}; man page: inode(7).
 */
public final class Mode {
    // Type

    public static final int S_IFMT = 0170000;
    public static final int S_IFSOCK = 0140000;
    public static final int S_IFLNK = 0120000;
    public static final int S_IFREG = 0100000;
    public static final int S_IFBLK = 060000;
    public static final int S_IFDIR = 040000;
    public static final int S_IFCHR = 020000;
    public static final int S_IFIFO = 010000;

    // Set-id and sticky

    public static final int S_ISUID = 04000;
    public static final int S_ISGID = 02000;
    public static final int S_ISVTX = 01000;

    // Permissions

    public static final int S_IRWXU = 0700;
    public static final int S_IRUSR = 0400;
    public static final int S_IWUSR = 0200;
    public static final int S_IXUSR = 0100;
    public static final int S_IRWXG = 070;
    public static final int S_IRGRP = 040;
    public static final int S_IWGRP = 020;
    public static final int S_IXGRP = 010;
    public static final int S_IRWXO = 07;
    public static final int S_IROTH = 04;
    public static final int S_IWOTH = 02;
    public static final int S_IXOTH = 01;
    public static final int S_IRWXUGO = 0777;
    public static final int S_IALLUGO = 07777;
    public static final int S_IXUGO = 0111;

    private Mode() {}

    /** Whether the mode's type is a regular file. */
    public static boolean isRegular(int mode) {
        return (mode & S_IFMT) == S_IFREG;
    }

    /** Whether the mode's type is a directory. */
    public static boolean isDir(int mode) {
        return (mode & S_IFMT) == S_IFDIR;
    }

    /** Whether the mode's type is a symbolic link. */
    public static boolean isSymlink(int mode) {
        return (mode & S_IFMT) == S_IFLNK;
    }

    /** Whether the mode's type is a character device. */
    public static boolean isChar(int mode) {
        return (mode & S_IFMT) == S_IFCHR;
    }

    /** Whether the mode's type is a block device. */
    public static boolean isBlock(int mode) {
        return (mode & S_IFMT) == S_IFBLK;
    }

    /** Whether the mode's type is a named pipe. */
    public static boolean isFifo(int mode) {
        return (mode & S_IFMT) == S_IFIFO;
    }

    /** Whether the mode's type is a socket. */
    public static boolean isSocket(int mode) {
        return (mode & S_IFMT) == S_IFSOCK;
    }

    /** Whether the mode's type is a character or block device. */
    public static boolean isDevice(int mode) {
        return isChar(mode) || isBlock(mode);
    }

    /** The {@code d_type} of a directory entry for a file of this mode, see {@link DirentType}. */
    public static int direntType(int mode) {
        return (mode & S_IFMT) >>> 12;
    }

    /** The ten characters that ls(1) shows, as in {@code drwxr-sr-t}. */
    public static String toString(int mode) {
        char[] text = "?---------".toCharArray();
        text[0] = "?pc?d?b?-?l?s???".charAt((mode & S_IFMT) >>> 12);
        for (int i = 0; i < 9; i++) {
            if ((mode & (0400 >>> i)) != 0) {
                text[1 + i] = "rwx".charAt(i % 3);
            }
        }
        special(text, 3, (mode & S_ISUID) != 0, 's');
        special(text, 6, (mode & S_ISGID) != 0, 's');
        special(text, 9, (mode & S_ISVTX) != 0, 't');
        return new String(text);
    }

    private static void special(char[] text, int at, boolean set, char letter) {
        if (set) {
            text[at] = text[at] == 'x' ? letter : Character.toUpperCase(letter);
        }
    }
}
