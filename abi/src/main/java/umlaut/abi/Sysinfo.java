package umlaut.abi;

/**
 * struct sysinfo: memory in units of {@code mem_unit} bytes, load averages in 1/65536.
 *
 * <p>Linux: {@code include/uapi/linux/sysinfo.h}; man page: sysinfo(2).
 */
public final class Sysinfo {
    public static final int UPTIME = 0;
    public static final int LOADS = 8;
    public static final int TOTALRAM = 32;
    public static final int FREERAM = 40;
    public static final int SHAREDRAM = 48;
    public static final int BUFFERRAM = 56;
    public static final int TOTALSWAP = 64;
    public static final int FREESWAP = 72;
    public static final int PROCS = 80;
    public static final int TOTALHIGH = 88;
    public static final int FREEHIGH = 96;
    public static final int MEM_UNIT = 104;

    /** Bytes in all. */
    public static final int SIZE = 112;

    private Sysinfo() {}
}
