package umlaut.kernel;

import java.util.concurrent.atomic.AtomicLong;

/** Limits of the whole machine that an administrator may set in /proc/sys and that other parts obey, proc_sys(5). */
public final class SystemLimits {
    /** The most descriptors anyone may have (fs.nr_open). */
    public final AtomicLong openFiles = new AtomicLong(1 << 20);

    /** Bytes, the largest pipe for who has no privileges (fs.pipe-max-size). */
    public final AtomicLong pipeSize = new AtomicLong(1 << 20);

    /** Pages in all pipes of an unprivileged user from which on new ones are small, 0 = no limit (fs.pipe-user-pages-soft). */
    public final AtomicLong userPipePagesSoft = new AtomicLong(16384);

    /** Pages in all pipes of an unprivileged user from which on there are no new ones, 0 = no limit (fs.pipe-user-pages-hard). */
    public final AtomicLong userPipePagesHard = new AtomicLong();

    /** VMAs in one address space (vm.max_map_count). */
    public final AtomicLong mapCount = new AtomicLong(65530);

    /** Events that wait in one fanotify(7) queue, and groups and marks of one user (fs.fanotify.*). */
    public final AtomicLong fanotifyEvents = new AtomicLong(16384);

    public final AtomicLong fanotifyGroups = new AtomicLong(128);
    public final AtomicLong fanotifyMarks = new AtomicLong(1 << 18);

    /** Events that wait in one inotify(7) queue, and instances and watches of one user (fs.inotify.*). */
    public final AtomicLong inotifyEvents = new AtomicLong(16384);

    public final AtomicLong inotifyInstances = new AtomicLong(128);
    public final AtomicLong inotifyWatches = new AtomicLong(1 << 20);

    /** Keys and bytes of keys of one user, and of root (kernel.keys.maxkeys and its like, keyrings(7)). */
    public final AtomicLong userKeys = new AtomicLong(200);

    public final AtomicLong userKeyBytes = new AtomicLong(20_000);
    public final AtomicLong rootKeys = new AtomicLong(1_000_000);
    public final AtomicLong rootKeyBytes = new AtomicLong(25_000_000);
}
