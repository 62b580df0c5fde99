package umlaut.kernel.fanotify;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.FanotifyFlags;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Mount;
import umlaut.kernel.vfs.SuperBlock;

/** A kernel's fanotify groups and marks (fanotify_user.c). Marks keep their inodes known; the monitor guards changes, events look without it. */
final class FanotifyHub {
    final Kernel kernel;
    /** By what they are on: an inode, mount, super block or mount namespace. */
    private final Map<Object, List<FanotifyMark>> marks = new ConcurrentHashMap<>();

    private final Set<FanotifyGroup> groups = ConcurrentHashMap.newKeySet();

    @GuardedBy("this") private boolean listening;

    FanotifyHub(Kernel kernel) {
        this.kernel = kernel;
    }

    /** @return false when its user has too many groups */
    synchronized boolean admit(FanotifyGroup group) {
        int uid = group.credentials.uid();
        long others = groups.stream().filter(g -> g.credentials.uid() == uid).count();
        return others < kernel.limits.fanotifyGroups.get() && groups.add(group);
    }

    void end(FanotifyGroup group) {
        removeIf(mark -> mark.group == group);
        groups.remove(group);
    }

    long maxEvents(FanotifyGroup group) {
        boolean unlimited = group.has(FanotifyFlags.FAN_UNLIMITED_QUEUE);
        return unlimited ? Long.MAX_VALUE : kernel.limits.fanotifyEvents.get();
    }

    // --- marks ---

    List<FanotifyMark> on(Object target) {
        return marks.getOrDefault(target, List.of());
    }

    private @Nullable FanotifyMark find(FanotifyGroup group, Object target) {
        for (FanotifyMark mark : on(target)) {
            if (mark.group == group) {
                return mark;
            }
        }
        return null;
    }

    /** fanotify_add_mark. @param flags FAN_MARK_* */
    synchronized long add(FanotifyGroup group, Object target, int type, int events, int flags) {
        boolean evictable = (flags & FanotifyFlags.FAN_MARK_EVICTABLE) != 0;
        boolean ignoring = (flags & FanotifyFlags.FAN_MARK_IGNORE) != 0;
        boolean oldIgnoring = (flags & FanotifyFlags.FAN_MARK_IGNORED_MASK) != 0;
        boolean survives = (flags & FanotifyFlags.FAN_MARK_IGNORED_SURV_MODIFY) != 0;
        FanotifyMark mark = find(group, target);
        if (mark == null) {
            if (!group.has(FanotifyFlags.FAN_UNLIMITED_MARKS) && count(group) >= kernel.limits.fanotifyMarks.get()) {
                return Errno.ENOSPC.negative();
            }
            mark = new FanotifyMark(group, target, type, evictable);
            marks.computeIfAbsent(target, t -> new CopyOnWriteArrayList<>()).add(mark);
        } else if (evictable && !mark.evictable
                || oldIgnoring && mark.ownFlags
                || ignoring && !survives && mark.survives) {
            return Errno.EEXIST.negative();
        }
        if (ignoring || oldIgnoring) {
            mark.ignored |= events;
            mark.survives |= survives;
            mark.ownFlags |= ignoring;
        } else {
            mark.mask |= events;
        }
        mark.evictable &= evictable;
        listen();
        return 0;
    }

    private long count(FanotifyGroup group) {
        int uid = group.credentials.uid();
        return marks.values().stream()
                .flatMap(List::stream)
                .filter(m -> m.group.credentials.uid() == uid)
                .count();
    }

    /** fanotify_remove_mark. @param unsaid event flags that do not keep a mark alive */
    synchronized long remove(FanotifyGroup group, Object target, int events, int unsaid, boolean ignored) {
        FanotifyMark mark = find(group, target);
        if (mark == null) {
            return Errno.ENOENT.negative();
        }
        if (ignored) {
            mark.ignored &= ~events;
        } else {
            mark.mask &= ~events;
        }
        if (((mark.mask | mark.ignored) & ~unsaid) == 0) {
            removeIf(m -> m == mark);
        }
        return 0;
    }

    void flush(FanotifyGroup group, int type) {
        removeIf(mark -> mark.group == group && mark.type == type);
    }

    /** A watched object has gone for good. */
    void forget(Object target) {
        removeIf(mark -> mark.target == target);
    }

    /** A file system has gone, and what was in it. */
    void forgetAll(SuperBlock fs) {
        removeIf(mark -> mark.target == fs
                || mark.target instanceof Inode inode && inode.superBlock == fs
                || mark.target instanceof Mount mount && mount.superBlock == fs);
    }

    private synchronized void removeIf(java.util.function.Predicate<FanotifyMark> which) {
        for (List<FanotifyMark> list : new ArrayList<>(marks.values())) {
            for (FanotifyMark mark : list) {
                if (which.test(mark)) {
                    list.remove(mark);
                    if (list.isEmpty()) {
                        marks.remove(mark.target);
                    }
                }
            }
        }
    }

    @GuardedBy("this") private void listen() {
        if (!listening) {
            kernel.vfs.addNotify(new FanotifyListener(this));
            listening = true;
        }
    }

    /** The marks' part of /proc/PID/fdinfo/FD. */
    String fdInfo(FanotifyGroup group) {
        StringBuilder text = new StringBuilder();
        for (List<FanotifyMark> list : marks.values()) {
            for (FanotifyMark mark : list) {
                if (mark.group == group) {
                    String masks = String.format(
                            "mflags:%x mask:%x ignored_mask:%x", mark.shownFlags(), mark.mask, mark.ignored);
                    text.append(describe(mark.target, masks));
                }
            }
        }
        return text.toString();
    }

    private static String describe(Object target, String masks) {
        return switch (target) {
            case Inode inode ->
                String.format(
                        "fanotify ino:%x sdev:%x %s fhandle-bytes:c fhandle-type:1 f_handle:%08x%016x%n",
                        inode.ino, inode.superBlock.device, masks, 0, Long.reverseBytes(inode.ino));
            case Mount mount -> String.format("fanotify mnt_id:%x %s%n", mount.id, masks);
            case SuperBlock fs -> String.format("fanotify sdev:%x %s%n", fs.device, masks);
            default -> "";
        };
    }
}
