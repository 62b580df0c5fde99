package umlaut.abi;

/**
 * Magic numbers and commands of reboot(2), and actions of syslog(2).
 *
 * <p>Linux: {@code include/uapi/linux/reboot.h}.
 */
public final class RebootConst {
    public static final int LINUX_REBOOT_CMD_CAD_OFF = 0x0;
    public static final int LINUX_REBOOT_CMD_RESTART = 0x1234567;
    public static final int LINUX_REBOOT_MAGIC2A = 0x5121996;
    public static final int LINUX_REBOOT_MAGIC2B = 0x16041998;
    public static final int LINUX_REBOOT_MAGIC2C = 0x20112000;
    public static final int LINUX_REBOOT_MAGIC2 = 0x28121969;
    public static final int LINUX_REBOOT_CMD_POWER_OFF = 0x4321fedc;
    public static final int LINUX_REBOOT_CMD_KEXEC = 0x45584543;
    public static final int LINUX_REBOOT_CMD_CAD_ON = 0x89abcdef;
    public static final int LINUX_REBOOT_CMD_RESTART2 = 0xa1b2c3d4;
    public static final int LINUX_REBOOT_CMD_HALT = 0xcdef0123;
    public static final int LINUX_REBOOT_CMD_SW_SUSPEND = 0xd000fce2;
    public static final int LINUX_REBOOT_MAGIC1 = 0xfee1dead;

    // syslog: type

    public static final int SYSLOG_ACTION_CLOSE = 0;
    public static final int SYSLOG_ACTION_OPEN = 1;
    public static final int SYSLOG_ACTION_READ = 2;
    public static final int SYSLOG_ACTION_READ_ALL = 3;
    public static final int SYSLOG_ACTION_READ_CLEAR = 4;
    public static final int SYSLOG_ACTION_CLEAR = 5;
    public static final int SYSLOG_ACTION_CONSOLE_OFF = 6;
    public static final int SYSLOG_ACTION_CONSOLE_ON = 7;
    public static final int SYSLOG_ACTION_CONSOLE_LEVEL = 8;
    public static final int SYSLOG_ACTION_SIZE_UNREAD = 9;
    public static final int SYSLOG_ACTION_SIZE_BUFFER = 10;

    private RebootConst() {}
}
