package umlaut.abi;

/**
 * Flags of mount(2), umount2(2), the mount calls of Linux 5.2 and later, and statfs(2); file system magic numbers.
 *
 * <p>Linux: {@code include/uapi/linux/mount.h}, {@code magic.h}.
 */
public final class MountFlags {
    // mount: flags

    public static final int MS_RDONLY = 0x1;
    public static final int MS_NOSUID = 0x2;
    public static final int MS_NODEV = 0x4;
    public static final int MS_NOEXEC = 0x8;
    public static final int MS_SYNCHRONOUS = 0x10;
    public static final int MS_REMOUNT = 0x20;
    public static final int MS_MANDLOCK = 0x40;
    public static final int MS_DIRSYNC = 0x80;
    public static final int MS_NOSYMFOLLOW = 0x100;
    public static final int MS_NOATIME = 0x400;
    public static final int MS_NODIRATIME = 0x800;
    public static final int MS_BIND = 0x1000;
    public static final int MS_MOVE = 0x2000;
    public static final int MS_REC = 0x4000;
    public static final int MS_SILENT = 0x8000;
    public static final int MS_VERBOSE = 0x8000;
    public static final int MS_POSIXACL = 0x10000;
    public static final int MS_UNBINDABLE = 0x20000;
    public static final int MS_PRIVATE = 0x40000;
    public static final int MS_SLAVE = 0x80000;
    public static final int MS_SHARED = 0x100000;
    public static final int MS_RELATIME = 0x200000;
    public static final int MS_KERNMOUNT = 0x400000;
    public static final int MS_I_VERSION = 0x800000;
    public static final int MS_STRICTATIME = 0x1000000;
    public static final int MS_LAZYTIME = 0x2000000;
    public static final int MS_RMT_MASK = 0x2800051;
    public static final int MS_SUBMOUNT = 0x4000000;
    public static final int MS_NOREMOTELOCK = 0x8000000;
    public static final int MS_NOSEC = 0x10000000;
    public static final int MS_BORN = 0x20000000;
    public static final int MS_ACTIVE = 0x40000000;
    public static final int MS_NOUSER = 0x80000000;
    public static final int MS_MGC_VAL = 0xc0ed0000;
    public static final int MS_MGC_MSK = 0xffff0000;

    // umount2: flags

    public static final int MNT_FORCE = 0x1;
    public static final int MNT_DETACH = 0x2;
    public static final int MNT_EXPIRE = 0x4;
    public static final int UMOUNT_NOFOLLOW = 0x8;

    // statfs: f_flags

    public static final int ST_RDONLY = 0x1;
    public static final int ST_NOSUID = 0x2;
    public static final int ST_NODEV = 0x4;
    public static final int ST_NOEXEC = 0x8;
    public static final int ST_SYNCHRONOUS = 0x10;
    public static final int ST_VALID = 0x20;
    public static final int ST_MANDLOCK = 0x40;
    public static final int ST_NOATIME = 0x400;
    public static final int ST_NODIRATIME = 0x800;
    public static final int ST_RELATIME = 0x1000;
    public static final int ST_NOSYMFOLLOW = 0x2000;

    // open_tree, move_mount, fsopen, fsmount, fspick, fsconfig, mount_setattr

    public static final int MOUNT_ATTR_RELATIME = 0x0;
    public static final int OPEN_TREE_CLONE = 0x1;
    public static final int FSPICK_CLOEXEC = 0x1;
    public static final int FSOPEN_CLOEXEC = 0x1;
    public static final int MOVE_MOUNT_F_SYMLINKS = 0x1;
    public static final int FSMOUNT_CLOEXEC = 0x1;
    public static final int MOUNT_ATTR_RDONLY = 0x1;
    public static final int FSPICK_SYMLINK_NOFOLLOW = 0x2;
    public static final int MOUNT_ATTR_NOSUID = 0x2;
    public static final int MOVE_MOUNT_F_AUTOMOUNTS = 0x2;
    public static final int MOUNT_ATTR_NODEV = 0x4;
    public static final int FSPICK_NO_AUTOMOUNT = 0x4;
    public static final int MOVE_MOUNT_F_EMPTY_PATH = 0x4;
    public static final int FSPICK_EMPTY_PATH = 0x8;
    public static final int MOUNT_ATTR_NOEXEC = 0x8;
    public static final int MOVE_MOUNT_T_SYMLINKS = 0x10;
    public static final int MOUNT_ATTR_NOATIME = 0x10;
    public static final int MOUNT_ATTR_STRICTATIME = 0x20;
    public static final int MOVE_MOUNT_T_AUTOMOUNTS = 0x20;
    public static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    public static final int MOUNT_ATTR__ATIME = 0x70;
    public static final int MOUNT_ATTR_NODIRATIME = 0x80;
    public static final int MOVE_MOUNT_SET_GROUP = 0x100;
    public static final int MOVE_MOUNT__MASK = 0x177;
    public static final int OPEN_TREE_CLOEXEC = 0x80000;
    public static final int MOUNT_ATTR_IDMAP = 0x100000;
    public static final int MOUNT_ATTR_NOSYMFOLLOW = 0x200000;

    public static final int FSCONFIG_SET_FLAG = 0;
    public static final int FSCONFIG_SET_STRING = 1;
    public static final int FSCONFIG_SET_BINARY = 2;
    public static final int FSCONFIG_SET_PATH = 3;
    public static final int FSCONFIG_SET_PATH_EMPTY = 4;
    public static final int FSCONFIG_SET_FD = 5;
    public static final int FSCONFIG_CMD_CREATE = 6;
    public static final int FSCONFIG_CMD_RECONFIGURE = 7;
    public static final int FSCONFIG_CMD_CREATE_EXCL = 8;

    // statmount: mask

    public static final int STATMOUNT_SB_BASIC = 0x1;
    public static final int STATMOUNT_MNT_BASIC = 0x2;
    public static final int STATMOUNT_PROPAGATE_FROM = 0x4;
    public static final int STATMOUNT_MNT_ROOT = 0x8;
    public static final int STATMOUNT_MNT_POINT = 0x10;
    public static final int STATMOUNT_FS_TYPE = 0x20;
    public static final int STATMOUNT_MNT_NS_ID = 0x40;
    public static final int STATMOUNT_MNT_OPTS = 0x80;
    public static final int STATMOUNT_FS_SUBTYPE = 0x100;
    public static final int STATMOUNT_SB_SOURCE = 0x200;
    public static final int STATMOUNT_OPT_ARRAY = 0x400;
    public static final int STATMOUNT_OPT_SEC_ARRAY = 0x800;
    public static final int STATMOUNT_SUPPORTED_MASK = 0x1000;
    public static final int STATMOUNT_MNT_UIDMAP = 0x2000;
    public static final int STATMOUNT_MNT_GIDMAP = 0x4000;

    // File systems: f_type

    public static final int DEVPTS_SUPER_MAGIC = 0x1cd1;
    public static final int MSDOS_SUPER_MAGIC = 0x4d44;
    public static final int NFS_SUPER_MAGIC = 0x6969;
    public static final int ISOFS_SUPER_MAGIC = 0x9660;
    public static final int PROC_SUPER_MAGIC = 0x9fa0;
    public static final int EXT2_SUPER_MAGIC = 0xef53;
    public static final int EXT4_SUPER_MAGIC = 0xef53;
    public static final int CGROUP_SUPER_MAGIC = 0x27e0eb;
    public static final int HOSTFS_SUPER_MAGIC = 0xc0ffee;
    public static final int TMPFS_MAGIC = 0x1021994;
    public static final int V9FS_MAGIC = 0x1021997;
    public static final int ANON_INODE_FS_MAGIC = 0x9041934;
    public static final int MQUEUE_MAGIC = 0x19800202;
    public static final int BINFMTFS_MAGIC = 0x42494e4d;
    public static final int PIDFS_MAGIC = 0x50494446;
    public static final int PIPEFS_MAGIC = 0x50495045;
    public static final int SOCKFS_MAGIC = 0x534f434b;
    public static final int XFS_SUPER_MAGIC = 0x58465342;
    public static final int SYSFS_MAGIC = 0x62656572;
    public static final int CGROUP2_SUPER_MAGIC = 0x63677270;
    public static final int DEBUGFS_MAGIC = 0x64626720;
    public static final int FUSE_SUPER_MAGIC = 0x65735546;
    public static final int NSFS_MAGIC = 0x6e736673;
    public static final int SECURITYFS_MAGIC = 0x73636673;
    public static final int SQUASHFS_MAGIC = 0x73717368;
    public static final int TRACEFS_MAGIC = 0x74726163;
    public static final int OVERLAYFS_SUPER_MAGIC = 0x794c7630;
    public static final int RAMFS_MAGIC = 0x858458f6;
    public static final int BTRFS_SUPER_MAGIC = 0x9123683e;
    public static final int HUGETLBFS_MAGIC = 0x958458f6;
    public static final int BPF_FS_MAGIC = 0xcafe4a11;
    public static final int EFIVARFS_MAGIC = 0xde5e81e4;

    private MountFlags() {}
}
