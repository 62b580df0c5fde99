package umlaut.kernel.cred;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.kernel.landlock.Domain;
import umlaut.kernel.ns.UserNamespace;

/**
 * Who a task acts as; immutable, replaced as a whole (Linux: struct cred, credentials(7), capabilities(7)). Guest ids:
 * root here is nobody
 * on the host.
 *
 * @param groups supplementary groups, sorted; never changed after construction
 * @param effective capability sets as bit masks, bit n = capability n
 * @param securebits SECBIT_* of capabilities(7)
 * @param domain what the task has restricted itself to, landlock(7); null: nothing
 * @param userNs where the capabilities hold: in this user namespace and those below it
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose; see groups
public record Credentials(
        int uid,
        int euid,
        int suid,
        int fsuid,
        int gid,
        int egid,
        int sgid,
        int fsgid,
        int[] groups,
        long inheritable,
        long permitted,
        long effective,
        long bounding,
        long ambient,
        int securebits,
        boolean noNewPrivs,
        UserNamespace userNs,
        @Nullable Domain domain) {

    /** In the initial user namespace. */
    public Credentials(
            int uid,
            int euid,
            int suid,
            int fsuid,
            int gid,
            int egid,
            int sgid,
            int fsgid,
            int[] groups,
            long inheritable,
            long permitted,
            long effective,
            long bounding,
            long ambient,
            int securebits,
            boolean noNewPrivs) {
        this(
                uid,
                euid,
                suid,
                fsuid,
                gid,
                egid,
                sgid,
                fsgid,
                groups,
                inheritable,
                permitted,
                effective,
                bounding,
                ambient,
                securebits,
                noNewPrivs,
                UserNamespace.INITIAL,
                null);
    }

    public Credentials withNoNewPrivs() {
        if (noNewPrivs) {
            return this;
        }
        NewCredentials fresh = new NewCredentials(this);
        fresh.noNewPrivs = true;
        return fresh.make();
    }

    /** The same in a landlock domain. */
    public Credentials restrictedTo(Domain fresh) {
        NewCredentials restricted = new NewCredentials(this);
        restricted.domain = fresh;
        return restricted.make();
    }

    public static final long ALL_CAPABILITIES = (1L << (Capability.CAP_LAST_CAP + 1)) - 1;

    /** Root with every capability: what init starts with. */
    public static final Credentials ROOT = new Credentials(
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            new int[] {0},
            0,
            ALL_CAPABILITIES,
            ALL_CAPABILITIES,
            ALL_CAPABILITIES,
            0,
            0,
            false,
            UserNamespace.INITIAL,
            null);

    /** An ordinary user without capabilities. */
    public static Credentials user(int uid, int gid, int[] groups) {
        boolean root = uid == 0;
        long caps = root ? ALL_CAPABILITIES : 0;
        return new Credentials(
                uid,
                uid,
                uid,
                uid,
                gid,
                gid,
                gid,
                gid,
                groups.clone(),
                0,
                caps,
                caps,
                ALL_CAPABILITIES,
                0,
                0,
                false,
                UserNamespace.INITIAL,
                null);
    }

    /** Has the capability over the whole machine: in the initial user namespace (Linux: capable). */
    public boolean capable(int capability) {
        return (effective >>> capability & 1) != 0 && userNs.level() == 0;
    }

    /** Has the capability in its own user namespace (Linux: ns_capable of current_user_ns). */
    public boolean capableHere(int capability) {
        return (effective >>> capability & 1) != 0;
    }

    /** Has the capability in {@code target}: it stands in it or above it, or is the owner of it or one above it (Linux: cap_capable). */
    public boolean capableIn(UserNamespace target, int capability) {
        UserNamespace ns = target;
        while (true) {
            if (ns == userNs) {
                return capableHere(capability);
            }
            UserNamespace up = ns.parent();
            if (up == null || ns.level() <= userNs.level()) {
                return false;
            }
            if (up == userNs && ns.ownerUid == euid) {
                return true;
            }
            ns = up;
        }
    }

    /** Has the capability over an object of that owner and group, which must have names in its user namespace (Linux: capable_wrt_inode_uidgid). */
    public boolean capableOver(int ownerUid, int ownerGid, int capability) {
        return capableHere(capability)
                && (userNs.level() == 0 || userNs.uidInside(ownerUid) != -1 && userNs.gidInside(ownerGid) != -1);
    }

    /** Is {@code group} the filesystem group or a supplementary one? */
    public boolean inGroup(int group) {
        if (group == fsgid) {
            return true;
        }
        for (int g : groups) {
            if (g == group) {
                return true;
            }
        }
        return false;
    }
}
