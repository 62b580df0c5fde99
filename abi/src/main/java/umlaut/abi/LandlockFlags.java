package umlaut.abi;

/**
 * Rights, flags and structures of landlock(7).
 *
 * <p>Linux: {@code include/uapi/linux/landlock.h}.
 */
public final class LandlockFlags {
    // Rights of files and directories

    public static final int ACCESS_FS_EXECUTE = 1;
    public static final int ACCESS_FS_WRITE_FILE = 1 << 1;
    public static final int ACCESS_FS_READ_FILE = 1 << 2;
    public static final int ACCESS_FS_READ_DIR = 1 << 3;
    public static final int ACCESS_FS_REMOVE_DIR = 1 << 4;
    public static final int ACCESS_FS_REMOVE_FILE = 1 << 5;
    public static final int ACCESS_FS_MAKE_CHAR = 1 << 6;
    public static final int ACCESS_FS_MAKE_DIR = 1 << 7;
    public static final int ACCESS_FS_MAKE_REG = 1 << 8;
    public static final int ACCESS_FS_MAKE_SOCK = 1 << 9;
    public static final int ACCESS_FS_MAKE_FIFO = 1 << 10;
    public static final int ACCESS_FS_MAKE_BLOCK = 1 << 11;
    public static final int ACCESS_FS_MAKE_SYM = 1 << 12;
    public static final int ACCESS_FS_REFER = 1 << 13;
    public static final int ACCESS_FS_TRUNCATE = 1 << 14;
    public static final int ACCESS_FS_IOCTL_DEV = 1 << 15;
    public static final int ACCESS_FS_ALL = (1 << 16) - 1;

    /** Those that files have which are no directories. */
    public static final int ACCESS_FILE =
            ACCESS_FS_EXECUTE | ACCESS_FS_WRITE_FILE | ACCESS_FS_READ_FILE | ACCESS_FS_TRUNCATE | ACCESS_FS_IOCTL_DEV;

    public static final int ACCESS_NET_BIND_TCP = 1;
    public static final int ACCESS_NET_CONNECT_TCP = 2;
    public static final int ACCESS_NET_ALL = 3;

    public static final int SCOPE_ABSTRACT_UNIX_SOCKET = 1;
    public static final int SCOPE_SIGNAL = 2;
    public static final int SCOPE_ALL = 3;

    // landlock_create_ruleset

    public static final int CREATE_RULESET_VERSION = 1;
    public static final int CREATE_RULESET_ERRATA = 2;

    // landlock_restrict_self

    public static final int RESTRICT_SELF_LOG_SUBDOMAINS_OFF = 4;
    public static final int RESTRICT_SELF_ALL = 7;

    // landlock_add_rule

    public static final int RULE_PATH_BENEATH = 1;
    public static final int RULE_NET_PORT = 2;

    // struct landlock_ruleset_attr

    public static final int HANDLED_ACCESS_FS = 0;
    public static final int HANDLED_ACCESS_NET = 8;
    public static final int SCOPED = 16;
    public static final int RULESET_ATTR_SIZE = 24;
    /** As it was at first. */
    public static final int RULESET_ATTR_SIZE_VER0 = 8;

    // struct landlock_path_beneath_attr and landlock_net_port_attr

    public static final int ALLOWED_ACCESS = 0;
    public static final int PARENT_FD = 8;
    public static final int PATH_BENEATH_SIZE = 12;
    public static final int PORT = 8;
    public static final int NET_PORT_SIZE = 16;

    private LandlockFlags() {}
}
