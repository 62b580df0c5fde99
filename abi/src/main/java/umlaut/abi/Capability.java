package umlaut.abi;

/**
 * Capabilities: the numbers of root's powers, and their names as in capsh(1).
 *
 * <p>Linux: {@code include/uapi/linux/capability.h}; man page: capabilities(7).
 */
public final class Capability {
    public static final int CAP_CHOWN = 0;
    public static final int CAP_DAC_OVERRIDE = 1;
    public static final int CAP_DAC_READ_SEARCH = 2;
    public static final int CAP_FOWNER = 3;
    public static final int CAP_FSETID = 4;
    public static final int CAP_KILL = 5;
    public static final int CAP_SETGID = 6;
    public static final int CAP_SETUID = 7;
    public static final int CAP_SETPCAP = 8;
    public static final int CAP_LINUX_IMMUTABLE = 9;
    public static final int CAP_NET_BIND_SERVICE = 10;
    public static final int CAP_NET_BROADCAST = 11;
    public static final int CAP_NET_ADMIN = 12;
    public static final int CAP_NET_RAW = 13;
    public static final int CAP_IPC_LOCK = 14;
    public static final int CAP_IPC_OWNER = 15;
    public static final int CAP_SYS_MODULE = 16;
    public static final int CAP_SYS_RAWIO = 17;
    public static final int CAP_SYS_CHROOT = 18;
    public static final int CAP_SYS_PTRACE = 19;
    public static final int CAP_SYS_PACCT = 20;
    public static final int CAP_SYS_ADMIN = 21;
    public static final int CAP_SYS_BOOT = 22;
    public static final int CAP_SYS_NICE = 23;
    public static final int CAP_SYS_RESOURCE = 24;
    public static final int CAP_SYS_TIME = 25;
    public static final int CAP_SYS_TTY_CONFIG = 26;
    public static final int CAP_MKNOD = 27;
    public static final int CAP_LEASE = 28;
    public static final int CAP_AUDIT_WRITE = 29;
    public static final int CAP_AUDIT_CONTROL = 30;
    public static final int CAP_SETFCAP = 31;
    public static final int CAP_MAC_OVERRIDE = 32;
    public static final int CAP_MAC_ADMIN = 33;
    public static final int CAP_SYSLOG = 34;
    public static final int CAP_WAKE_ALARM = 35;
    public static final int CAP_BLOCK_SUSPEND = 36;
    public static final int CAP_AUDIT_READ = 37;
    public static final int CAP_PERFMON = 38;
    public static final int CAP_BPF = 39;
    public static final int CAP_CHECKPOINT_RESTORE = 40;
    public static final int CAP_LAST_CAP = 40;

    // Versions of capget(2) and capset(2)

    public static final int _LINUX_CAPABILITY_VERSION_1 = 0x19980330;
    public static final int _LINUX_CAPABILITY_VERSION_2 = 0x20071026;
    public static final int _LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    // Revisions and flags of the security.capability attribute

    public static final int VFS_CAP_REVISION_MASK = 0xff000000;
    public static final int VFS_CAP_FLAGS_EFFECTIVE = 0x1;
    public static final int VFS_CAP_REVISION_1 = 0x1000000;
    public static final int VFS_CAP_REVISION_2 = 0x2000000;
    public static final int VFS_CAP_REVISION_3 = 0x3000000;

    // prctl(PR_SET_SECUREBITS)

    public static final int SECBIT_NOROOT = 0x1;
    public static final int SECBIT_NOROOT_LOCKED = 0x2;
    public static final int SECBIT_NO_SETUID_FIXUP = 0x4;
    public static final int SECBIT_NO_SETUID_FIXUP_LOCKED = 0x8;
    public static final int SECBIT_KEEP_CAPS = 0x10;
    public static final int SECBIT_KEEP_CAPS_LOCKED = 0x20;
    public static final int SECBIT_NO_CAP_AMBIENT_RAISE = 0x40;
    public static final int SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED = 0x80;
    public static final int SECBIT_EXEC_RESTRICT_FILE = 0x100;
    public static final int SECBIT_EXEC_RESTRICT_FILE_LOCKED = 0x200;
    public static final int SECBIT_EXEC_DENY_INTERACTIVE = 0x400;
    public static final int SECBIT_EXEC_DENY_INTERACTIVE_LOCKED = 0x800;

    private Capability() {}

    /** The set of all capabilities. */
    public static final long FULL_SET = (1L << CAP_LAST_CAP + 1) - 1;

    private static final String[] NAMES = {
        "cap_chown", "cap_dac_override", "cap_dac_read_search", "cap_fowner", "cap_fsetid",
        "cap_kill", "cap_setgid", "cap_setuid", "cap_setpcap", "cap_linux_immutable",
        "cap_net_bind_service", "cap_net_broadcast", "cap_net_admin", "cap_net_raw", "cap_ipc_lock",
        "cap_ipc_owner", "cap_sys_module", "cap_sys_rawio", "cap_sys_chroot", "cap_sys_ptrace",
        "cap_sys_pacct", "cap_sys_admin", "cap_sys_boot", "cap_sys_nice", "cap_sys_resource",
        "cap_sys_time", "cap_sys_tty_config", "cap_mknod", "cap_lease", "cap_audit_write",
        "cap_audit_control", "cap_setfcap", "cap_mac_override", "cap_mac_admin", "cap_syslog",
        "cap_wake_alarm", "cap_block_suspend", "cap_audit_read", "cap_perfmon", "cap_bpf",
        "cap_checkpoint_restore"
    };

    /** The bit of a capability in a set. */
    public static long bit(int capability) {
        return 1L << capability;
    }

    /** Whether a number is a capability's. */
    public static boolean isValid(long capability) {
        return capability >= 0 && capability <= CAP_LAST_CAP;
    }

    /** The lower-case name of a valid capability, as in {@code cap_net_raw}. */
    public static String name(int capability) {
        return NAMES[capability];
    }

    /**
     * The number of a name, with or without {@code cap_}, in any case.
     *
     * @return -1 if there is no such capability
     */
    public static int parse(String text) {
        String name = text.regionMatches(true, 0, "cap_", 0, 4) ? text : "cap_" + text;
        for (int capability = 0; capability < NAMES.length; capability++) {
            if (NAMES[capability].equalsIgnoreCase(name)) {
                return capability;
            }
        }
        return -1;
    }
}
