package umlaut.abi;

/**
 * struct new_utsname: six texts of 64 bytes and a NUL each.
 *
 * <p>Linux: {@code include/uapi/linux/utsname.h}; man page: uname(2).
 */
public final class Utsname {
    public static final int SYSNAME = 0;
    public static final int NODENAME = 65;
    public static final int RELEASE = 130;
    public static final int VERSION = 195;
    public static final int MACHINE = 260;
    public static final int DOMAINNAME = 325;

    /** Bytes in all. */
    public static final int SIZE = 390;

    /** Bytes of each text, its NUL included. */
    public static final int FIELD_SIZE = 65;

    private Utsname() {}
}
