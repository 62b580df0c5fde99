package umlaut.kernel.fanotify;

import org.jspecify.annotations.Nullable;
import umlaut.abi.FanotifyFlags;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.FileId;
import umlaut.kernel.vfs.Path;

/** An event that waits to be read, or, read, to be answered (struct fanotify_event). The group's monitor guards what changes. */
final class FanotifyEvent {
    /** What happens to entries of a directory (ALL_FSNOTIFY_DIRENT_EVENTS). */
    static final int ENTRY = FanotifyFlags.FAN_CREATE
            | FanotifyFlags.FAN_DELETE
            | FanotifyFlags.FAN_MOVED_FROM
            | FanotifyFlags.FAN_MOVED_TO
            | FanotifyFlags.FAN_RENAME;

    static final int PERMISSION =
            FanotifyFlags.FAN_OPEN_PERM | FanotifyFlags.FAN_ACCESS_PERM | FanotifyFlags.FAN_OPEN_EXEC_PERM;

    /** What an event says besides its mask. Null and 0: nothing. */
    record Subject(
            @Nullable Path path,
            @Nullable FileId directory,
            @Nullable String name,
            @Nullable FileId newDirectory,
            @Nullable String newName,
            @Nullable FileId object,
            long mountId) {
        static final Subject NONE = new Subject(null, null, null, null, null, null, 0);

        /** Do two events say the same of the same? */
        boolean same(Subject other) {
            Path mine = path;
            Path theirs = other.path;
            if (mine != null && theirs != null) {
                return mine.is(theirs);
            }
            return mine == theirs && equals(other);
        }
    }

    final Subject subject;
    /** Who did it; null for the queue's own. */
    final @Nullable Task by;

    int mask;
    /** The reader's descriptor, by which it answers. */
    int fd = FanotifyFlags.FAN_NOFD;
    /** FAN_ALLOW or FAN_DENY with its errno; 0: not answered yet. */
    volatile int answer;

    FanotifyEvent(int mask, Subject subject, @Nullable Task by) {
        this.mask = mask;
        this.subject = subject;
        this.by = by;
    }

    boolean asks() {
        return (mask & PERMISSION) != 0;
    }

    /** May {@code later} become part of this one (fanotify_should_merge)? */
    boolean takes(FanotifyEvent later, boolean byThread) {
        int apart = FanotifyFlags.FAN_ONDIR | FanotifyFlags.FAN_RENAME;
        if (asks() || later.asks() || ((mask ^ later.mask) & apart) != 0) {
            return false;
        }
        Task mine = by;
        Task theirs = later.by;
        if (subject.mountId != 0) {
            return false;
        }
        boolean sameTask = mine == theirs || !byThread && mine != null && theirs != null && mine.group == theirs.group;
        return sameTask && subject.same(later.subject);
    }

    /** The object stays while somebody may still want to open it. @return false if it has gone already */
    boolean hold() {
        Path path = subject.path;
        return path == null || path.inode().hold();
    }

    void unhold() {
        Path path = subject.path;
        if (path != null) {
            path.inode().unhold();
        }
    }
}
