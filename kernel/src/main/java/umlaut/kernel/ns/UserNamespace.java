package umlaut.kernel.ns;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;

/**
 * A set of user and group ids, and what capabilities in it reach (user_namespaces(7); Linux: kernel/user_namespace.c). Everything in the kernel bears global ids; they are
 * translated where a task tells or is told one.
 */
public final class UserNamespace implements Namespace {
    /** Shown for ids that have no name inside: /proc/sys/kernel/overflowuid. */
    public static final int OVERFLOW_ID = 65534;

    private static final int DEEPEST = 32;

    /** The first one: ids stand for themselves. It holds no state, so that all kernels can share it. */
    public static final UserNamespace INITIAL = new UserNamespace();

    private final @Nullable UserNamespace parent;
    private final int level;
    private final long ino;
    /** Who made it, as global ids: has all capabilities in it from the parent. */
    public final int ownerUid;

    public final int ownerGid;
    private final boolean parentCouldSetfcap;
    private volatile IdMap uids;
    private volatile IdMap gids;
    private volatile IdMap projects;
    private volatile boolean setgroupsAllowed;

    private UserNamespace() {
        parent = null;
        level = 0;
        ino = 0xefff_fffdL;
        ownerUid = 0;
        ownerGid = 0;
        parentCouldSetfcap = true;
        uids = IdMap.IDENTITY;
        gids = IdMap.IDENTITY;
        projects = IdMap.IDENTITY;
        setgroupsAllowed = true;
    }

    private UserNamespace(UserNamespace parent, Credentials maker, long ino) {
        this.parent = parent;
        this.level = parent.level + 1;
        this.ino = ino;
        this.ownerUid = maker.euid();
        this.ownerGid = maker.egid();
        this.parentCouldSetfcap = (maker.effective() >>> Capability.CAP_SETFCAP & 1) != 0;
        this.uids = IdMap.EMPTY;
        this.gids = IdMap.EMPTY;
        this.projects = IdMap.EMPTY;
        this.setgroupsAllowed = parent.setgroupsAllowed;
    }

    /**
     * CLONE_NEWUSER (create_user_ns).
     *
     * @param chrooted the maker's root is not that of its mount namespace
     * @throws umlaut.abi.ErrnoException ENOSPC too deep, EPERM in a chroot or when the maker's ids have no names where it is
     */
    static UserNamespace create(Credentials maker, boolean chrooted, long ino) {
        UserNamespace parent = maker.userNs();
        if (parent.level > DEEPEST) {
            throw Errno.ENOSPC.exception();
        }
        if (chrooted || parent.uidInside(maker.euid()) == -1 || parent.gidInside(maker.egid()) == -1) {
            throw Errno.EPERM.exception();
        }
        return new UserNamespace(parent, maker, ino);
    }

    @Override
    public NamespaceKind kind() {
        return NamespaceKind.USER;
    }

    @Override
    public long ino() {
        return ino;
    }

    @Override
    public @Nullable UserNamespace owner() {
        return parent;
    }

    public @Nullable UserNamespace parent() {
        return parent;
    }

    public int level() {
        return level;
    }

    /** Is it {@code other} or below it? */
    public boolean isWithin(UserNamespace other) {
        for (UserNamespace n = this; n != null; n = n.parent) {
            if (n == other) {
                return true;
            }
        }
        return false;
    }

    // --- ids ---

    /** make_kuid. @return the global id, or -1 when {@code uid} means nobody here; -1 stays -1 */
    public int uidOutside(int uid) {
        return level == 0 ? uid : uids.toGlobal(uid);
    }

    public int gidOutside(int gid) {
        return level == 0 ? gid : gids.toGlobal(gid);
    }

    /** from_kuid. @return -1 for an id without a name here */
    public int uidInside(int uid) {
        return level == 0 ? uid : uids.fromGlobal(uid);
    }

    public int gidInside(int gid) {
        return level == 0 ? gid : gids.fromGlobal(gid);
    }

    /** from_kuid_munged: {@link #OVERFLOW_ID} for an id without a name here. */
    public int showUid(int uid) {
        return level == 0 ? uid : shown(uids.fromGlobal(uid));
    }

    public int showGid(int gid) {
        return level == 0 ? gid : shown(gids.fromGlobal(gid));
    }

    private static int shown(int id) {
        return id == -1 ? OVERFLOW_ID : id;
    }

    /** userns_may_setgroups: a group may only be left where setgroups was not denied and a map of groups is there. */
    public boolean maySetGroups() {
        return setgroupsAllowed && !gids.isEmpty();
    }

    /** Global id of the root user inside, or -1. */
    public int rootUid() {
        return level == 0 ? 0 : uids.toGlobal(0);
    }

    // --- /proc/PID/setgroups, uid_map, gid_map, projid_map ---

    /** "allow" or "deny". */
    public String setgroupsText() {
        return setgroupsAllowed ? "allow\n" : "deny\n";
    }

    /** @throws umlaut.abi.ErrnoException EINVAL, EPERM as proc_setgroups_write */
    public synchronized void writeSetgroups(Task writer, String text) {
        require(writer, Capability.CAP_SYS_ADMIN);
        String word = text.strip();
        if (word.equals("allow")) {
            if (!setgroupsAllowed) {
                throw Errno.EPERM.exception();
            }
        } else if (word.equals("deny")) {
            if (!gids.isEmpty()) {
                throw Errno.EPERM.exception();
            }
            setgroupsAllowed = false;
        } else {
            throw Errno.EINVAL.exception();
        }
    }

    /** Which of the three maps. */
    public enum MapKind {
        UID,
        GID,
        PROJECT
    }

    private IdMap map(MapKind kind) {
        return switch (kind) {
            case UID -> uids;
            case GID -> gids;
            case PROJECT -> projects;
        };
    }

    /** The map as {@code reader} sees it: the middle column in terms of its namespace, or of the parent for who is inside. */
    public String mapText(MapKind kind, UserNamespace reader) {
        UserNamespace terms = reader == this && parent != null ? parent : reader;
        IdMap own = map(kind);
        IdMap theirs = terms.map(kind);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < own.size(); i++) {
            int outside = theirs.fromGlobal(own.toGlobal((int) own.inside(i)));
            out.append("%10d %10d %10d\n".formatted(own.inside(i), outside & 0xffff_ffffL, own.count(i)));
        }
        return out.toString();
    }

    /** Writes a map, once (map_write). @throws umlaut.abi.ErrnoException EPERM, EINVAL */
    public synchronized void writeMap(Task writer, Credentials opener, MapKind kind, String text) {
        UserNamespace up = parent;
        UserNamespace from = writer.credentials().userNs();
        if (up == null || from != this && from != up || !map(kind).isEmpty()) {
            throw Errno.EPERM.exception();
        }
        if (kind != MapKind.PROJECT) {
            require(writer, Capability.CAP_SYS_ADMIN);
        }
        if (text.length() >= 4096) {
            throw Errno.EINVAL.exception();
        }
        IdMap fresh = IdMap.parse(text, up.map(kind));
        if (!mayMap(writer.credentials(), opener, kind, fresh, up)) {
            throw Errno.EPERM.exception();
        }
        switch (kind) {
            case UID -> uids = fresh;
            case GID -> gids = fresh;
            case PROJECT -> projects = fresh;
        }
        for (Task task : writer.kernel.tasks.tasks()) {
            if (task.credentials().userNs() == this) {
                task.forgetIds();
            }
        }
    }

    /** new_idmap_permitted: one's own id alone, or with CAP_SETUID in the parent whatever that has. */
    private boolean mayMap(Credentials writer, Credentials opener, MapKind kind, IdMap fresh, UserNamespace up) {
        if (kind == MapKind.UID && !mayMapRoot(writer, fresh, up)) {
            return false;
        }
        if (fresh.size() == 1 && fresh.count(0) == 1 && writer.euid() == ownerUid) {
            int one = fresh.toGlobal((int) fresh.inside(0));
            if (kind == MapKind.UID && one == writer.euid()) {
                return true;
            }
            if (kind == MapKind.GID && one == writer.egid() && !setgroupsAllowed) {
                return true;
            }
        }
        if (kind == MapKind.PROJECT) {
            return true;
        }
        int capability = kind == MapKind.UID ? Capability.CAP_SETUID : Capability.CAP_SETGID;
        return writer.capableIn(up, capability) && opener.capableIn(up, capability);
    }

    /** Root of the parent may only be mapped by who could give files capabilities there (verify_root_map). */
    private boolean mayMapRoot(Credentials writer, IdMap fresh, UserNamespace up) {
        for (int i = 0; i < fresh.size(); i++) {
            if (fresh.above(i) == 0) {
                return writer.userNs() == this ? parentCouldSetfcap : writer.capableIn(up, Capability.CAP_SETFCAP);
            }
        }
        return true;
    }

    private void require(Task task, int capability) {
        if (!task.credentials().capableIn(this, capability)) {
            throw Errno.EPERM.exception();
        }
    }
}
