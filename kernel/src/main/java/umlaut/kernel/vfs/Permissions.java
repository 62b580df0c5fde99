package umlaut.kernel.vfs;

import umlaut.abi.Capability;
import umlaut.abi.Mode;
import umlaut.kernel.cred.Credentials;

/** Who may do what with an inode: path_resolution(7), inode(7), capabilities(7) (Linux: fs/namei.c generic_permission, fs/attr.c). */
public final class Permissions {
    /** As the bits of access(2). */
    public static final int MAY_EXEC = 1, MAY_WRITE = 2, MAY_READ = 4;

    private Permissions() {}

    /** Owner, group, others, then the capabilities that override. */
    public static boolean generic(Inode inode, Credentials who, int mask) {
        int mode = inode.mode;
        int bits;
        if (who.fsuid() == inode.uid) {
            bits = mode >> 6;
        } else if (who.inGroup(inode.gid)) {
            bits = mode >> 3;
        } else {
            bits = mode;
        }
        if ((bits & mask) == mask) {
            return true;
        }
        return overrides(mode, who, mask);
    }

    private static boolean overrides(int mode, Credentials who, int mask) {
        if (Mode.isDir(mode)) {
            if ((mask & MAY_WRITE) == 0 && who.capable(Capability.CAP_DAC_READ_SEARCH)) {
                return true;
            }
            return who.capable(Capability.CAP_DAC_OVERRIDE);
        }
        if (mask == MAY_READ && who.capable(Capability.CAP_DAC_READ_SEARCH)) {
            return true;
        }
        // Executing needs an x bit somewhere, even for root.
        if ((mask & MAY_EXEC) == 0 || (mode & Mode.S_IXUGO) != 0) {
            return who.capable(Capability.CAP_DAC_OVERRIDE);
        }
        return false;
    }

    /** inode_owner_or_capable. */
    public static boolean owns(Inode inode, Credentials who) {
        return who.fsuid() == inode.uid || who.capable(Capability.CAP_FOWNER);
    }

    /** In a sticky directory only the entry's or the directory's owner may remove it (__check_sticky). */
    static boolean stickyForbids(Inode directory, Inode victim, Credentials who) {
        return (directory.mode & Mode.S_ISVTX) != 0
                && who.fsuid() != victim.uid
                && who.fsuid() != directory.uid
                && !who.capable(Capability.CAP_FOWNER);
    }

    /** The bits a change of contents or owner by {@code who} takes away (setattr_should_drop_suidgid); 0 = none. */
    static int setIdBitsToDrop(Inode inode) {
        int mode = inode.mode;
        int drop = mode & Mode.S_ISUID;
        // A set-group-id bit without group execute once meant mandatory locking and stays.
        if ((mode & Mode.S_ISGID) != 0 && (mode & Mode.S_IXGRP) != 0) {
            drop |= Mode.S_ISGID;
        }
        return drop;
    }
}
