package umlaut.abi;

/**
 * Events, flags and structures of fanotify(7).
 *
 * <p>Linux: {@code include/uapi/linux/fanotify.h}.
 */
public final class FanotifyFlags {
    // Events; the first twelve are inotify's

    public static final int FAN_ACCESS = 0x1;
    public static final int FAN_MODIFY = 0x2;
    public static final int FAN_ATTRIB = 0x4;
    public static final int FAN_CLOSE_WRITE = 0x8;
    public static final int FAN_CLOSE_NOWRITE = 0x10;
    public static final int FAN_OPEN = 0x20;
    public static final int FAN_MOVED_FROM = 0x40;
    public static final int FAN_MOVED_TO = 0x80;
    public static final int FAN_CREATE = 0x100;
    public static final int FAN_DELETE = 0x200;
    public static final int FAN_DELETE_SELF = 0x400;
    public static final int FAN_MOVE_SELF = 0x800;
    public static final int FAN_OPEN_EXEC = 0x1000;
    public static final int FAN_Q_OVERFLOW = 0x4000;
    public static final int FAN_FS_ERROR = 0x8000;
    public static final int FAN_OPEN_PERM = 0x10000;
    public static final int FAN_ACCESS_PERM = 0x20000;
    public static final int FAN_OPEN_EXEC_PERM = 0x40000;
    public static final int FAN_PRE_ACCESS = 0x100000;
    public static final int FAN_MNT_ATTACH = 0x1000000;
    public static final int FAN_MNT_DETACH = 0x2000000;
    public static final int FAN_EVENT_ON_CHILD = 0x8000000;
    public static final int FAN_RENAME = 0x10000000;
    public static final int FAN_ONDIR = 0x40000000;

    // fanotify_init

    public static final int FAN_CLOEXEC = 0x1;
    public static final int FAN_NONBLOCK = 0x2;
    public static final int FAN_CLASS_NOTIF = 0;
    public static final int FAN_CLASS_CONTENT = 0x4;
    public static final int FAN_CLASS_PRE_CONTENT = 0x8;
    public static final int FAN_UNLIMITED_QUEUE = 0x10;
    public static final int FAN_UNLIMITED_MARKS = 0x20;
    public static final int FAN_ENABLE_AUDIT = 0x40;
    public static final int FAN_REPORT_PIDFD = 0x80;
    public static final int FAN_REPORT_TID = 0x100;
    public static final int FAN_REPORT_FID = 0x200;
    public static final int FAN_REPORT_DIR_FID = 0x400;
    public static final int FAN_REPORT_NAME = 0x800;
    public static final int FAN_REPORT_TARGET_FID = 0x1000;
    public static final int FAN_REPORT_FD_ERROR = 0x2000;
    public static final int FAN_REPORT_MNT = 0x4000;

    // fanotify_mark

    public static final int FAN_MARK_ADD = 0x1;
    public static final int FAN_MARK_REMOVE = 0x2;
    public static final int FAN_MARK_DONT_FOLLOW = 0x4;
    public static final int FAN_MARK_ONLYDIR = 0x8;
    public static final int FAN_MARK_IGNORED_MASK = 0x20;
    public static final int FAN_MARK_IGNORED_SURV_MODIFY = 0x40;
    public static final int FAN_MARK_FLUSH = 0x80;
    public static final int FAN_MARK_EVICTABLE = 0x200;
    public static final int FAN_MARK_IGNORE = 0x400;
    public static final int FAN_MARK_INODE = 0;
    public static final int FAN_MARK_MOUNT = 0x10;
    public static final int FAN_MARK_FILESYSTEM = 0x100;
    public static final int FAN_MARK_MNTNS = 0x110;

    // struct fanotify_event_metadata

    public static final int EVENT_LEN = 0;
    public static final int VERS = 4;
    public static final int METADATA_LEN = 6;
    public static final int MASK = 8;
    public static final int FD = 16;
    public static final int PID = 20;
    public static final int METADATA_SIZE = 24;
    public static final int METADATA_VERSION = 3;

    // struct fanotify_event_info_header and what follows it

    public static final int INFO_TYPE = 0;
    public static final int INFO_LEN = 2;
    public static final int INFO_HEADER_SIZE = 4;
    public static final int INFO_FID_SIZE = 12;
    public static final int INFO_PIDFD_SIZE = 8;
    public static final int INFO_MNT_ID = 8;
    public static final int INFO_MNT_SIZE = 16;
    public static final int INFO_TYPE_FID = 1;
    public static final int INFO_TYPE_DFID_NAME = 2;
    public static final int INFO_TYPE_DFID = 3;
    public static final int INFO_TYPE_PIDFD = 4;
    public static final int INFO_TYPE_MNT = 7;
    public static final int INFO_TYPE_OLD_DFID_NAME = 10;
    public static final int INFO_TYPE_NEW_DFID_NAME = 12;

    // struct fanotify_response

    public static final int RESPONSE_FD = 0;
    public static final int RESPONSE = 4;
    public static final int RESPONSE_SIZE = 8;
    public static final int FAN_ALLOW = 0x1;
    public static final int FAN_DENY = 0x2;
    public static final int FAN_AUDIT = 0x10;
    public static final int FAN_INFO = 0x20;
    public static final int ERRNO_SHIFT = 24;

    // struct fanotify_response_info_audit_rule

    public static final int AUDIT_RULE_SIZE = 16;
    public static final int INFO_AUDIT_RULE = 1;

    public static final int FAN_NOFD = -1;
    public static final int FAN_NOPIDFD = -1;
    public static final int FAN_EPIDFD = -2;

    private FanotifyFlags() {}
}
