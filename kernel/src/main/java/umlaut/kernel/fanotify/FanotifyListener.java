package umlaut.kernel.fanotify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.FanotifyFlags;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Dentry;
import umlaut.kernel.vfs.FsNotify;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Mount;
import umlaut.kernel.vfs.MountNamespace;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.SuperBlock;

/** The way of the VFS's events to the groups: each hears of one at most once, however many of its marks it meets (fs/notify/fsnotify.c, fanotify.c). */
final class FanotifyListener implements FsNotify {
    /** Those that the directory of what they happen to may hear of (FS_EVENTS_POSS_ON_CHILD). */
    private static final int FROM_CHILDREN = FanotifyEvent.PERMISSION
            | FanotifyFlags.FAN_ACCESS
            | FanotifyFlags.FAN_MODIFY
            | FanotifyFlags.FAN_ATTRIB
            | FanotifyFlags.FAN_CLOSE_WRITE
            | FanotifyFlags.FAN_CLOSE_NOWRITE
            | FanotifyFlags.FAN_OPEN
            | FanotifyFlags.FAN_OPEN_EXEC;

    /** Which mark of a group's met the event. */
    private enum Role {
        OBJECT,
        PARENT,
        NEW_PARENT,
        MOUNT,
        FILESYSTEM
    }

    private record Match(Role role, FanotifyMark mark) {}

    private final FanotifyHub hub;

    FanotifyListener(FanotifyHub hub) {
        this.hub = hub;
    }

    // --- events ---

    @Override
    public void inode(int mask, Inode inode, @Nullable Dentry dentry) {
        tell(about(mask, inode, null, dentry));
    }

    @Override
    public void file(int mask, Inode inode, @Nullable Path path) {
        tell(about(mask, inode, path, path == null ? null : path.dentry()));
    }

    private static FsEvent about(int mask, Inode inode, @Nullable Path path, @Nullable Dentry dentry) {
        Dentry parent = dentry == null || (mask & FROM_CHILDREN) == 0 ? null : dentry.parent();
        Inode directory = parent == null ? null : parent.inodeOrNull();
        String name = directory == null || dentry == null ? null : dentry.name();
        return new FsEvent(mask, inode, path, directory, name, null, null);
    }

    @Override
    public void entry(int mask, Inode directory, String name, Inode object, int cookie) {
        tell(new FsEvent(mask, object, null, directory, name, null, null));
    }

    @Override
    public void renamed(int mask, Inode from, String oldName, Inode to, String newName, Inode object) {
        tell(new FsEvent(mask | FanotifyFlags.FAN_RENAME, object, null, from, oldName, to, newName));
    }

    @Override
    public void permission(int mask, Path path) {
        int errno = tell(about(mask, path.inode(), path, path.dentry()));
        if (errno != 0) {
            throw Errno.of(errno).exception();
        }
    }

    @Override
    public void gone(Inode inode) {
        int directory = inode.isDirectory() ? FanotifyFlags.FAN_ONDIR : 0;
        tell(new FsEvent(FanotifyFlags.FAN_DELETE_SELF | directory, inode, null, null, null, null, null));
        hub.forget(inode);
    }

    @Override
    public void unmounted(SuperBlock fs) {
        hub.forgetAll(fs);
    }

    @Override
    public void mount(MountNamespace namespace, boolean attached, Mount mount) {
        int mask = attached ? FanotifyFlags.FAN_MNT_ATTACH : FanotifyFlags.FAN_MNT_DETACH;
        for (FanotifyMark mark : hub.on(namespace)) {
            if ((mark.mask & mask) != 0) {
                FanotifyEvent.Subject subject =
                        new FanotifyEvent.Subject(null, null, null, null, null, null, mount.uniqueId);
                mark.group.queue(new FanotifyEvent(mask, subject, hub.kernel.current()));
            }
        }
        if (!attached) {
            hub.forget(mount);
        }
    }

    // --- delivery ---

    /** @return of a permission event: 0, or the errno of the first group that says no */
    private int tell(FsEvent event) {
        List<Match> matches = matches(event);
        if (matches.isEmpty()) {
            return 0;
        }
        List<FanotifyGroup> groups = new ArrayList<>(1);
        for (Match match : matches) {
            if (!groups.contains(match.mark.group)) {
                groups.add(match.mark.group);
            }
        }
        groups.sort(Comparator.comparingInt(FanotifyGroup::priority).reversed());
        for (FanotifyGroup group : groups) {
            int errno = tell(group, event, matches);
            if (errno != 0) {
                return errno;
            }
        }
        return 0;
    }

    private List<Match> matches(FsEvent event) {
        List<Match> found = new ArrayList<>(2);
        Path path = event.path();
        Inode directory = event.directory();
        if (event.ofEntry()) {
            // What happens to entries is told where they are.
            collect(found, Role.OBJECT, directory);
            collect(found, Role.NEW_PARENT, event.newDirectory());
        } else {
            collect(found, Role.PARENT, directory);
            collect(found, Role.OBJECT, event.object());
        }
        collect(found, Role.MOUNT, path == null ? null : path.mount());
        collect(found, Role.FILESYSTEM, event.object().superBlock);
        return found;
    }

    private void collect(List<Match> found, Role role, @Nullable Object target) {
        if (target != null) {
            for (FanotifyMark mark : hub.on(target)) {
                found.add(new Match(role, mark));
            }
        }
    }

    private int tell(FanotifyGroup group, FsEvent event, List<Match> matches) {
        int wanted = 0;
        int unwanted = 0;
        boolean whole = false;
        boolean old = false;
        boolean fresh = false;
        for (Match match : matches) {
            FanotifyMark mark = match.mark;
            if (mark.group != group) {
                continue;
            }
            if ((event.mask() & FanotifyFlags.FAN_MODIFY) != 0 && !mark.survives) {
                mark.ignored = 0;
            }
            boolean child = match.role == Role.PARENT;
            unwanted |= mark.unwanted(event.ofDirectory(), child);
            int events = mark.wanted(event.ofDirectory(), child);
            wanted |= events;
            boolean met = events != 0;
            whole |= met && match.role == Role.FILESYSTEM;
            old |= met && match.role == Role.OBJECT;
            fresh |= met && match.role == Role.NEW_PARENT;
        }
        int told = event.mask() & wanted & ~unwanted & ~FanotifyFlags.FAN_EVENT_ON_CHILD;
        int events = told & ~FanotifyFlags.FAN_ONDIR;
        if (events == 0) {
            return 0;
        }
        boolean identified = group.fids() != 0;
        FanotifyEvent.Subject subject =
                identified ? event.identified(group, old || whole, fresh || whole) : event.opened();
        if (subject == null) {
            return 0;
        }
        return deliver(group, new FanotifyEvent(identified ? told : events, subject, hub.kernel.current()));
    }

    private static int deliver(FanotifyGroup group, FanotifyEvent event) {
        Task task = event.by;
        if (!event.asks()) {
            group.queue(event);
            return 0;
        }
        return task == null ? 0 : group.ask(task, event);
    }
}
