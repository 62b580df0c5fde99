package umlaut.kernel.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import umlaut.abi.CapUserData;
import umlaut.abi.CapUserHeader;
import umlaut.abi.Clock;
import umlaut.abi.EpollEvent;
import umlaut.abi.FlagSets;
import umlaut.abi.Itimerspec;
import umlaut.abi.Itimerval;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.abi.MqAttr;
import umlaut.abi.Pollfd;
import umlaut.abi.PselectSigset;
import umlaut.abi.Rlimit;
import umlaut.abi.Rlimit64;
import umlaut.abi.Rusage;
import umlaut.abi.SchedAttr;
import umlaut.abi.Sembuf;
import umlaut.abi.Signal;
import umlaut.abi.Stat;
import umlaut.abi.Statfs;
import umlaut.abi.Statx;
import umlaut.abi.Sysinfo;
import umlaut.abi.Timespec;
import umlaut.abi.Timeval;
import umlaut.abi.Utsname;

/** The structs that {@code syscalls.tsv} names, as strace(1) prints them. */
final class StructFormat {
    private final FlagSets sets;
    private final SignalFormat signals;

    StructFormat(FlagSets sets) {
        this.sets = sets;
        this.signals = new SignalFormat(sets);
    }

    /** A struct by its name; one without a form of its own as bytes. */
    String format(String name, MemorySegment s) {
        return switch (name) {
            case "int", "sched_param" -> "[" + Le.getInt(s, 0) + "]";
            case "uint" -> "[" + id(Le.getInt(s, 0)) + "]";
            case "long" -> "[" + Le.getLong(s, 0) + "]";
            case "ptr" -> "[" + Fields.pointer(Le.getLong(s, 0)) + "]";
            case "int2" -> "[" + Le.getInt(s, 0) + ", " + Le.getInt(s, 4) + "]";
            case "wstatus" -> "[" + waitStatus(Le.getInt(s, 0)) + "]";
            case "timespec" -> timespec(s, 0);
            case "timeval" -> timeval(s, 0);
            case "timespec2" -> "[" + fileTime(s, 0) + ", " + fileTime(s, Timespec.SIZE) + "]";
            case "timeval2" -> "[" + timeval(s, 0) + ", " + timeval(s, Timeval.SIZE) + "]";
            case "utimbuf" ->
                new Fields(s).int64("actime", 0).int64("modtime", 8).toString();
            case "itimerspec" -> itimer(timespec(s, Itimerspec.IT_INTERVAL), timespec(s, Itimerspec.IT_VALUE));
            case "itimerval" -> itimer(timeval(s, Itimerval.IT_INTERVAL), timeval(s, Itimerval.IT_VALUE));
            case "sigaction" -> signals.action(s);
            case "siginfo" -> signals.info(s);
            case "sigevent" -> signals.event(s);
            case "stack_t" -> signals.stack(s);
            default -> file(name, s);
        };
    }

    private String file(String name, MemorySegment s) {
        return switch (name) {
            case "stat" -> stat(s);
            case "statx" -> statx(s);
            case "statfs" -> statfs(s);
            case "pollfd" ->
                new Fields(s)
                        .int32("fd", Pollfd.FD)
                        .put("events", sets.flags("poll", Le.getUnsignedShort(s, Pollfd.EVENTS)))
                        .toString();
            case "epoll_event" -> epollEvent(s);
            case "sigset_arg" ->
                new Fields(s)
                        .hex64("sigmask", PselectSigset.SS)
                        .int64("sigsetsize", PselectSigset.SS_LEN)
                        .toString();
            default -> system(name, s);
        };
    }

    private String system(String name, MemorySegment s) {
        return switch (name) {
            case "rlimit" ->
                new Fields(s)
                        .put("rlim_cur", limit(Le.getLong(s, Rlimit64.RLIM_CUR)))
                        .put("rlim_max", limit(Le.getLong(s, Rlimit64.RLIM_MAX)))
                        .toString();
            case "rusage" ->
                new Fields(s)
                        .put("ru_utime", timeval(s, Rusage.RU_UTIME))
                        .put("ru_stime", timeval(s, Rusage.RU_STIME))
                        .dots()
                        .toString();
            case "utsname" ->
                new Fields(s)
                        .put("sysname", text(s, Utsname.SYSNAME))
                        .put("nodename", text(s, Utsname.NODENAME))
                        .dots()
                        .toString();
            case "sysinfo" ->
                new Fields(s)
                        .int64("uptime", Sysinfo.UPTIME)
                        .uint64("totalram", Sysinfo.TOTALRAM)
                        .uint64("freeram", Sysinfo.FREERAM)
                        .put("procs", Le.getUnsignedShort(s, Sysinfo.PROCS))
                        .dots()
                        .toString();
            case "tms" ->
                new Fields(s)
                        .int64("tms_utime", 0)
                        .int64("tms_stime", 8)
                        .int64("tms_cutime", 16)
                        .int64("tms_cstime", 24)
                        .toString();
            case "timezone" ->
                new Fields(s).int32("tz_minuteswest", 0).int32("tz_dsttime", 4).toString();
            case "sched_attr" -> schedAttr(s);
            case "sembuf" ->
                new Fields(s)
                        .put("sem_num", Le.getUnsignedShort(s, Sembuf.SEM_NUM))
                        .put("sem_op", Le.getShort(s, Sembuf.SEM_OP))
                        .put("sem_flg", sets.flags("ipc", Le.getUnsignedShort(s, Sembuf.SEM_FLG)))
                        .toString();
            case "mq_attr" ->
                new Fields(s)
                        .put("mq_flags", sets.flags("open", Le.getLong(s, MqAttr.MQ_FLAGS)))
                        .int64("mq_maxmsg", MqAttr.MQ_MAXMSG)
                        .int64("mq_msgsize", MqAttr.MQ_MSGSIZE)
                        .int64("mq_curmsgs", MqAttr.MQ_CURMSGS)
                        .toString();
            case "caphdr" ->
                new Fields(s)
                        .put("version", Fields.hex(Le.getInt(s, CapUserHeader.VERSION)))
                        .int32("pid", CapUserHeader.PID)
                        .toString();
            case "capdata" ->
                new Fields(s)
                        .put("effective", capabilities(s, CapUserData.EFFECTIVE))
                        .put("permitted", capabilities(s, CapUserData.PERMITTED))
                        .put("inheritable", capabilities(s, CapUserData.INHERITABLE))
                        .toString();
            default -> Quote.cut(s.toArray(ValueLayout.JAVA_BYTE), s.byteSize());
        };
    }

    /** The status of wait4(2). */
    static String waitStatus(int status) {
        if (status == 0xffff) {
            return "{WIFCONTINUED(s)}";
        }
        if ((status & 0xff) == 0x7f) {
            String event = status >> 16 != 0 ? " | " + (status >> 16) + " << 16" : "";
            return "{WIFSTOPPED(s) && WSTOPSIG(s) == " + Signal.name(status >> 8 & 0xff) + "}" + event;
        }
        int signal = status & 0x7f;
        if (signal != 0) {
            String core = (status & 0x80) != 0 ? " && WCOREDUMP(s)" : "";
            return "{WIFSIGNALED(s) && WTERMSIG(s) == " + Signal.name(signal) + core + "}";
        }
        return "{WIFEXITED(s) && WEXITSTATUS(s) == " + (status >> 8 & 0xff) + "}";
    }

    static String timespec(MemorySegment s, long at) {
        return "{tv_sec=" + Timespec.seconds(s, at) + ", tv_nsec=" + Timespec.nanoseconds(s, at) + "}";
    }

    static String timeval(MemorySegment s, long at) {
        return "{tv_sec=" + Timeval.seconds(s, at) + ", tv_usec=" + Timeval.microseconds(s, at) + "}";
    }

    private static String fileTime(MemorySegment s, long at) {
        long nanoseconds = Timespec.nanoseconds(s, at);
        return nanoseconds == Clock.UTIME_NOW
                ? "UTIME_NOW"
                : nanoseconds == Clock.UTIME_OMIT ? "UTIME_OMIT" : timespec(s, at);
    }

    private static String itimer(String interval, String value) {
        return "{it_interval=" + interval + ", it_value=" + value + "}";
    }

    /** A file mode: {@code S_IFREG|0644};. */
    static String mode(int mode) {
        String type = switch (mode & Mode.S_IFMT) {
            case 0 -> "";
            case Mode.S_IFREG -> "S_IFREG|";
            case Mode.S_IFDIR -> "S_IFDIR|";
            case Mode.S_IFLNK -> "S_IFLNK|";
            case Mode.S_IFCHR -> "S_IFCHR|";
            case Mode.S_IFBLK -> "S_IFBLK|";
            case Mode.S_IFIFO -> "S_IFIFO|";
            case Mode.S_IFSOCK -> "S_IFSOCK|";
            default -> Fields.octal(mode & Mode.S_IFMT) + "|";
        };
        StringBuilder text = new StringBuilder(type);
        if (!type.isEmpty()) {
            text.append((mode & Mode.S_ISUID) != 0 ? "S_ISUID|" : "");
            text.append((mode & Mode.S_ISGID) != 0 ? "S_ISGID|" : "");
            text.append((mode & Mode.S_ISVTX) != 0 ? "S_ISVTX|" : "");
            return text.append(Fields.octal(mode & 0777)).toString();
        }
        return Fields.octal(mode);
    }

    /** A device number: {@code makedev(0x1, 0x3)}. */
    static String device(long dev) {
        long major = dev >>> 8 & 0xfff | dev >>> 32 & 0xfffff000L;
        long minor = dev & 0xff | dev >>> 12 & 0xffffff00L;
        return "makedev(" + Fields.hex(major) + ", " + Fields.hex(minor) + ")";
    }

    private static String stat(MemorySegment s) {
        int mode = Le.getInt(s, Stat.ST_MODE);
        Fields fields = new Fields(s).put("st_mode", mode(mode));
        if (Mode.isDevice(mode)) {
            fields.put("st_rdev", device(Le.getLong(s, Stat.ST_RDEV)));
        } else {
            fields.int64("st_size", Stat.ST_SIZE);
        }
        return fields.dots().toString();
    }

    private String statx(MemorySegment s) {
        return new Fields(s)
                .put("stx_mask", sets.flags("statx", Le.getUnsignedInt(s, Statx.STX_MASK)))
                .put("stx_attributes", sets.flags("statx_attr", Le.getLong(s, Statx.STX_ATTRIBUTES)))
                .put("stx_mode", mode(Le.getUnsignedShort(s, Statx.STX_MODE)))
                .int64("stx_size", Statx.STX_SIZE)
                .dots()
                .toString();
    }

    private String statfs(MemorySegment s) {
        return new Fields(s)
                .put("f_type", sets.value("fs_magic", Le.getLong(s, Statfs.F_TYPE)))
                .int64("f_bsize", Statfs.F_BSIZE)
                .int64("f_blocks", Statfs.F_BLOCKS)
                .int64("f_bfree", Statfs.F_BFREE)
                .int64("f_bavail", Statfs.F_BAVAIL)
                .int64("f_files", Statfs.F_FILES)
                .int64("f_ffree", Statfs.F_FFREE)
                .int64("f_namelen", Statfs.F_NAMELEN)
                .int64("f_frsize", Statfs.F_FRSIZE)
                .put("f_flags", sets.flags("statfs", Le.getLong(s, Statfs.F_FLAGS)))
                .toString();
    }

    private String epollEvent(MemorySegment s) {
        long data = Le.getLong(s, EpollEvent.DATA);
        String union = "{u32=" + (data & 0xffff_ffffL) + ", u64=" + Long.toUnsignedString(data) + "}";
        return new Fields(s)
                .put("events", sets.flags("epoll", Le.getUnsignedInt(s, EpollEvent.EVENTS)))
                .put("data", union)
                .toString();
    }

    private String schedAttr(MemorySegment s) {
        return new Fields(s)
                .uint32("size", SchedAttr.SIZE_FIELD)
                .put("sched_policy", sets.value("sched", Le.getInt(s, SchedAttr.SCHED_POLICY)))
                .put("sched_flags", Fields.hex(Le.getLong(s, SchedAttr.SCHED_FLAGS)))
                .int32("sched_nice", SchedAttr.SCHED_NICE)
                .uint32("sched_priority", SchedAttr.SCHED_PRIORITY)
                .dots()
                .toString();
    }

    /** Version 3 holds 64 bits in two structs, the low half first. */
    private static String capabilities(MemorySegment s, long at) {
        return Fields.hex(Le.getUnsignedInt(s, at) | (long) Le.getInt(s, at + CapUserData.SIZE) << 32);
    }

    private static String limit(long value) {
        if (value == Rlimit.RLIM_INFINITY) {
            return "RLIM64_INFINITY";
        }
        boolean kib = value > 1024 && value % 1024 == 0;
        return kib ? Long.toUnsignedString(value / 1024) + "*1024" : Long.toUnsignedString(value);
    }

    /** An id: -1 means "leave it". */
    static String id(int id) {
        return id == -1 ? "-1" : Integer.toUnsignedString(id);
    }

    private static String text(MemorySegment s, long at) {
        byte[] bytes = Le.getBytes(s, at, Utsname.FIELD_SIZE);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return Quote.all(Arrays.copyOf(bytes, end));
    }
}
