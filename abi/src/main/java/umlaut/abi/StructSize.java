package umlaut.abi;

/** The structs that {@code syscalls.tsv} names, and their sizes. */
public final class StructSize {
    private StructSize() {}

    /**
     * The size of a struct in bytes.
     *
     * @throws IllegalArgumentException if the table may not name it
     */
    public static int of(String name) {
        return switch (name) {
            case "int", "uint", "wstatus", "sched_param" -> 4;
            case "long", "ptr", "int2", "caphdr", "timezone" -> 8;
            case "timespec", "timeval", "rlimit", "utimbuf", "sigset_arg" -> 16;
            case "timespec2", "timeval2", "itimerspec", "itimerval", "tms" -> 32;
            case "stat" -> Stat.SIZE;
            case "statx" -> Statx.SIZE;
            case "statfs" -> Statfs.SIZE;
            case "sigaction" -> Sigaction.SIZE;
            case "siginfo" -> Siginfo.SIZE;
            case "sigevent" -> Sigevent.SIZE;
            case "stack_t" -> StackT.SIZE;
            case "pollfd" -> Pollfd.SIZE;
            case "epoll_event" -> EpollEvent.SIZE;
            case "msghdr" -> Msghdr.SIZE;
            case "mmsghdr" -> Mmsghdr.SIZE;
            case "rusage" -> Rusage.SIZE;
            case "sysinfo" -> Sysinfo.SIZE;
            case "utsname" -> Utsname.SIZE;
            case "timex" -> Timex.SIZE;
            // Two of them, as version 3 has; version 1 has one.
            case "capdata" -> 2 * CapUserData.SIZE;
            case "sched_attr" -> SchedAttr.SIZE;
            case "sembuf" -> Sembuf.SIZE;
            case "mq_attr" -> MqAttr.SIZE;
            case "futex_waitv" -> FutexWaitv.SIZE;
            case "futex_waitv2" -> 2 * FutexWaitv.SIZE;
            case "cachestat" -> Cachestat.SIZE;
            case "cachestat_range" -> Cachestat.RANGE_SIZE;
            case "mnt_id_req" -> MntIdReq.SIZE_VER0;
            case "xattr_args" -> XattrArgs.SIZE;
            default -> throw new IllegalArgumentException("no struct " + name);
        };
    }
}
