package umlaut.kernel.fanotify;

import umlaut.abi.FanotifyFlags;

/** What one group wants to hear of one inode, mount, file system or mount namespace (struct fanotify_mark). The hub's monitor guards changes. */
final class FanotifyMark {
    final FanotifyGroup group;
    final Object target;
    /** FAN_MARK_INODE, _MOUNT, _FILESYSTEM or _MNTNS. */
    final int type;

    volatile int mask;
    volatile int ignored;
    /** {@link #ignored} outlives modifications. */
    volatile boolean survives;
    /** {@link #ignored} has event flags of its own (FAN_MARK_IGNORE). */
    volatile boolean ownFlags;

    volatile boolean evictable;

    FanotifyMark(FanotifyGroup group, Object target, int type, boolean evictable) {
        this.group = group;
        this.target = target;
        this.type = type;
        this.evictable = evictable;
    }

    /** fsnotify_mask_applicable. */
    private static boolean applies(int mask, boolean directory, boolean child) {
        return (!directory || (mask & FanotifyFlags.FAN_ONDIR) != 0)
                && (!child || (mask & FanotifyFlags.FAN_EVENT_ON_CHILD) != 0);
    }

    /** The events wanted, if this is an event of a kind that the mark is for. */
    int wanted(boolean directory, boolean child) {
        return applies(mask, directory, child) ? mask : 0;
    }

    /** The events not wanted (fsnotify_effective_ignore_mask). */
    int unwanted(boolean directory, boolean child) {
        int events = ignored & ~(FanotifyFlags.FAN_ONDIR | FanotifyFlags.FAN_EVENT_ON_CHILD);
        if (events == 0 || !directory && !child) {
            return events;
        }
        int flags = ownFlags ? ignored : FanotifyFlags.FAN_ONDIR | mask & FanotifyFlags.FAN_EVENT_ON_CHILD;
        return applies(flags, directory, child) ? events : 0;
    }

    /** mflags of /proc/PID/fdinfo. */
    int shownFlags() {
        int flags = survives ? FanotifyFlags.FAN_MARK_IGNORED_SURV_MODIFY : 0;
        flags |= evictable ? FanotifyFlags.FAN_MARK_EVICTABLE : 0;
        return flags | (ownFlags ? FanotifyFlags.FAN_MARK_IGNORE : 0);
    }
}
