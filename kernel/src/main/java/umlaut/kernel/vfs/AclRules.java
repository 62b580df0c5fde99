package umlaut.kernel.vfs;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.abi.XattrFlags;
import umlaut.kernel.cred.Credentials;

/** Access control lists as extended attributes, and how new objects inherit them (Linux: fs/posix_acl.c vfs_set_acl, posix_acl_create). */
final class AclRules {
    private AclRules() {}

    static boolean isAcl(String attribute) {
        return attribute.equals(Acl.ACCESS) || attribute.equals(Acl.DEFAULT);
    }

    private static boolean isDefault(String attribute) {
        return attribute.equals(Acl.DEFAULT);
    }

    /** @return the attribute's value, null if there is none; @throws umlaut.abi.ErrnoException EOPNOTSUPP */
    static byte @Nullable [] get(Inode inode, Credentials who, String attribute) {
        requireSupport(inode);
        Acl acl = isDefault(attribute) ? inode.defaultAcl() : inode.accessAcl();
        return acl == null ? null : acl.toBytes(who.userNs());
    }

    private static void requireSupport(Inode inode) {
        if (!inode.supportsAcl() || inode.isSymlink()) {
            throw Errno.EOPNOTSUPP.exception();
        }
    }

    /** @param value null: remove. @throws umlaut.abi.ErrnoException EOPNOTSUPP, EPERM, EINVAL, EACCES */
    static void set(Inode inode, Credentials who, String attribute, byte @Nullable [] value) {
        Acl acl = value == null ? null : Acl.parse(value, who.userNs());
        requireSupport(inode);
        if (!Permissions.owns(inode, who)) {
            throw Errno.EPERM.exception();
        }
        inode.lock.lock();
        try {
            if (isDefault(attribute)) {
                if (!inode.isDirectory()) {
                    if (acl != null) {
                        throw Errno.EACCES.exception();
                    }
                    return;
                }
                inode.setAcls(inode.accessAcl(), acl);
                return;
            }
            int mode = inode.mode;
            if (acl != null) {
                int bits = acl.mode();
                boolean plain = bits >= 0;
                mode = mode & ~0777 | (plain ? bits : -1 - bits);
                if (plain) {
                    acl = null;
                }
                if (!who.inGroup(inode.gid) && !who.capableOver(inode.uid, inode.gid, Capability.CAP_FSETID)) {
                    mode &= ~Mode.S_ISGID;
                }
            }
            if (mode != inode.mode) {
                AttributeChange change = new AttributeChange();
                change.mask = AttributeChange.MODE;
                change.mode = mode & Mode.S_IALLUGO;
                inode.setAttributes(change);
                Times.set(inode);
            }
            inode.setAcls(acl, inode.defaultAcl());
        } finally {
            inode.lock.unlock();
        }
    }

    static void checkFlags(Inode inode, String attribute, int flags) {
        boolean there = (isDefault(attribute) ? inode.defaultAcl() : inode.accessAcl()) != null;
        if (there && (flags & XattrFlags.XATTR_CREATE) != 0) {
            throw Errno.EEXIST.exception();
        }
        if (!there && (flags & XattrFlags.XATTR_REPLACE) != 0) {
            throw Errno.ENODATA.exception();
        }
    }

    /** The names to be listed. */
    static List<String> names(Inode inode) {
        List<String> names = new ArrayList<>();
        if (inode.accessAcl() != null) {
            names.add(Acl.ACCESS);
        }
        if (inode.defaultAcl() != null) {
            names.add(Acl.DEFAULT);
        }
        return names;
    }

    /** chmod(2): the list follows the mode. The inode's lock is held. */
    static void follow(Inode inode, int mode) {
        Acl acl = inode.accessAcl();
        if (acl != null) {
            inode.setAcls(acl.withMode(mode), inode.defaultAcl());
        }
    }

    // --- new objects ---

    /** Permission bits for a new object: a default list stands in for the umask. */
    static int modeOf(Inode directory, int mode, int umask) {
        Acl inherited = Mode.isSymlink(mode) ? null : directory.defaultAcl();
        if (inherited == null) {
            return mode & ~umask;
        }
        int bits = inherited.forNew(mode).mode();
        return mode & ~0777 | (bits >= 0 ? bits : -1 - bits) & mode & 0777;
    }

    /** Gives a new object what its directory's default list says. @param mode as asked for, without umask */
    static void inherit(Inode directory, Inode fresh, int mode) {
        Acl inherited = fresh.isSymlink() ? null : directory.defaultAcl();
        if (inherited == null || !fresh.supportsAcl()) {
            return;
        }
        Acl access = inherited.forNew(mode);
        fresh.setAcls(access.mode() >= 0 ? null : access, fresh.isDirectory() ? inherited : null);
    }
}
