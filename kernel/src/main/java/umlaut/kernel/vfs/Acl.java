package umlaut.kernel.vfs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ns.UserNamespace;

/**
 * An access control list, acl(5): entries in the order of the attribute's form (Linux: fs/posix_acl.c). Never changed once made; ids are global ones.
 */
public final class Acl {
    /** The names of the extended attributes that hold them. */
    public static final String ACCESS = "system.posix_acl_access", DEFAULT = "system.posix_acl_default";

    static final int USER_OBJ = 0x01, USER = 0x02, GROUP_OBJ = 0x04, GROUP = 0x08, MASK = 0x10, OTHER = 0x20;
    private static final int VERSION = 2;
    private static final int HEADER = 4;
    private static final int ENTRY = 8;
    private static final int NO_ID = -1;

    private final int[] tags;
    private final int[] permissions;
    private final int[] ids;

    private Acl(int[] tags, int[] permissions, int[] ids) {
        this.tags = tags;
        this.permissions = permissions;
        this.ids = ids;
    }

    // --- the attribute's form ---

    /** @return null for a list without entries, which means "none"; @throws umlaut.abi.ErrnoException EINVAL, EOPNOTSUPP */
    public static @Nullable Acl parse(byte[] raw, UserNamespace ns) {
        if (raw.length < HEADER) {
            throw Errno.EINVAL.exception();
        }
        ByteBuffer in = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt() != VERSION) {
            throw Errno.EOPNOTSUPP.exception();
        }
        if ((raw.length - HEADER) % ENTRY != 0) {
            throw Errno.EINVAL.exception();
        }
        int n = (raw.length - HEADER) / ENTRY;
        if (n == 0) {
            return null;
        }
        Acl acl = new Acl(new int[n], new int[n], new int[n]);
        for (int i = 0; i < n; i++) {
            acl.tags[i] = in.getShort() & 0xffff;
            acl.permissions[i] = in.getShort() & 0xffff;
            int id = in.getInt();
            acl.ids[i] = switch (acl.tags[i]) {
                case USER -> known(ns.uidOutside(id));
                case GROUP -> known(ns.gidOutside(id));
                default -> NO_ID;
            };
        }
        acl.check();
        return acl;
    }

    private static int known(int id) {
        if (id == NO_ID) {
            throw Errno.EINVAL.exception();
        }
        return id;
    }

    public byte[] toBytes(UserNamespace ns) {
        ByteBuffer out = ByteBuffer.allocate(HEADER + ENTRY * tags.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(VERSION);
        for (int i = 0; i < tags.length; i++) {
            out.putShort((short) tags[i]).putShort((short) permissions[i]);
            out.putInt(
                    switch (tags[i]) {
                        case USER -> ns.showUid(ids[i]);
                        case GROUP -> ns.showGid(ids[i]);
                        default -> NO_ID;
                    });
        }
        return out.array();
    }

    /** posix_acl_valid: each class once and in order, a mask where somebody is named. */
    private void check() {
        int last = 0;
        boolean named = false;
        boolean mask = false;
        for (int i = 0; i < tags.length; i++) {
            int tag = tags[i];
            boolean list = tag == USER || tag == GROUP;
            boolean ordered = tag > last || list && tag == last;
            if (Integer.bitCount(tag) != 1 || tag > OTHER || !ordered || (permissions[i] & ~7) != 0) {
                throw Errno.EINVAL.exception();
            }
            if (tag == GROUP_OBJ && last != USER_OBJ && last != USER || tag == OTHER && last < GROUP_OBJ) {
                throw Errno.EINVAL.exception();
            }
            named |= list;
            mask |= tag == MASK;
            last = tag;
        }
        if (last != OTHER || tags[0] != USER_OBJ || named && !mask) {
            throw Errno.EINVAL.exception();
        }
    }

    // --- meaning ---

    /** The nine permission bits that say the same as far as they can; @return -1 - bits when the list says more (posix_acl_equiv_mode) */
    int mode() {
        int mode = 0;
        boolean more = false;
        int mask = -1;
        for (int i = 0; i < tags.length; i++) {
            switch (tags[i]) {
                case USER_OBJ -> mode |= permissions[i] << 6;
                case GROUP_OBJ -> mode |= permissions[i] << 3;
                case OTHER -> mode |= permissions[i];
                case MASK -> {
                    mask = permissions[i];
                    more = true;
                }
                default -> more = true;
            }
        }
        if (mask >= 0) {
            mode = mode & ~070 | mask << 3;
        }
        return more ? -1 - mode : mode;
    }

    /** May who is not the owner do that (posix_acl_permission)? */
    boolean permits(Inode inode, Credentials who, int want) {
        int found = -1;
        boolean inSomeGroup = false;
        for (int i = 0; i < tags.length && found < 0; i++) {
            switch (tags[i]) {
                case USER -> {
                    if (ids[i] == who.fsuid()) {
                        found = permissions[i] & mask();
                    }
                }
                case GROUP_OBJ, GROUP -> {
                    if (who.inGroup(tags[i] == GROUP ? ids[i] : inode.gid)) {
                        inSomeGroup = true;
                        if ((permissions[i] & want) == want) {
                            found = permissions[i] & mask();
                        }
                    }
                }
                case OTHER -> found = inSomeGroup ? 0 : permissions[i];
                default -> {}
            }
        }
        return found >= 0 && (found & want) == want;
    }

    private int mask() {
        for (int i = 0; i < tags.length; i++) {
            if (tags[i] == MASK) {
                return permissions[i];
            }
        }
        return 7;
    }

    /** The list with the owner's, the group's (the mask's, where there is one) and others' bits from {@code mode} (posix_acl_chmod). */
    Acl withMode(int mode) {
        int[] fresh = permissions.clone();
        boolean masked = mask(fresh, mode >> 3 & 7);
        for (int i = 0; i < tags.length; i++) {
            switch (tags[i]) {
                case USER_OBJ -> fresh[i] = mode >> 6 & 7;
                case GROUP_OBJ -> fresh[i] = masked ? fresh[i] : mode >> 3 & 7;
                case OTHER -> fresh[i] = mode & 7;
                default -> {}
            }
        }
        return new Acl(tags, fresh, ids);
    }

    private boolean mask(int[] fresh, int bits) {
        for (int i = 0; i < tags.length; i++) {
            if (tags[i] == MASK) {
                fresh[i] = bits;
                return true;
            }
        }
        return false;
    }

    /** What a new object under a default list gets: both limit each other (posix_acl_create_masq). */
    Acl forNew(int mode) {
        int[] fresh = permissions.clone();
        boolean masked = false;
        for (int i = 0; i < tags.length; i++) {
            switch (tags[i]) {
                case USER_OBJ -> fresh[i] &= mode >> 6 & 7;
                case OTHER -> fresh[i] &= mode & 7;
                case MASK -> {
                    fresh[i] &= mode >> 3 & 7;
                    masked = true;
                }
                default -> {}
            }
        }
        for (int i = 0; i < tags.length && !masked; i++) {
            if (tags[i] == GROUP_OBJ) {
                fresh[i] &= mode >> 3 & 7;
            }
        }
        return new Acl(tags, fresh, ids);
    }
}
