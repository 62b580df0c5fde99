package umlaut.kernel.cred;

import umlaut.abi.Capability;

/**
 * Who a task acts as; immutable, replaced as a whole (Linux: struct cred, credentials(7), capabilities(7)). Guest ids:
 * root here is nobody
 * on the host.
 *
 * @param groups supplementary groups, sorted; never changed after construction
 * @param effective capability sets as bit masks, bit n = capability n
 * @param securebits SECBIT_* of capabilities(7)
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
        boolean noNewPrivs) {

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
            false);

    /** An ordinary user without capabilities. */
    public static Credentials user(int uid, int gid, int[] groups) {
        boolean root = uid == 0;
        long caps = root ? ALL_CAPABILITIES : 0;
        return new Credentials(
                uid, uid, uid, uid, gid, gid, gid, gid, groups.clone(), 0, caps, caps, ALL_CAPABILITIES, 0, 0, false);
    }

    /** capable(2)-like test of the effective set. */
    public boolean capable(int capability) {
        return (effective >>> capability & 1) != 0;
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
