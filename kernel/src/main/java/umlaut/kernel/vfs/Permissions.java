package umlaut.kernel.vfs;

import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Ioctl;
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
        Acl acl;
        if (who.fsuid() == inode.uid) {
            bits = mode >> 6;
        } else if ((mode & Mode.S_IRWXG) != 0 && (acl = inode.accessAcl()) != null) {
            bits = acl.permits(inode, who, mask) ? mask : 0;
        } else if (who.inGroup(inode.gid)) {
            bits = mode >> 3;
        } else {
            bits = mode;
        }
        if ((bits & mask) == mask) {
            return true;
        }
        return overrides(inode, mode, who, mask);
    }

    private static boolean overrides(Inode inode, int mode, Credentials who, int mask) {
        if (Mode.isDir(mode)) {
            if ((mask & MAY_WRITE) == 0 && may(inode, who, Capability.CAP_DAC_READ_SEARCH)) {
                return true;
            }
            return may(inode, who, Capability.CAP_DAC_OVERRIDE);
        }
        if (mask == MAY_READ && may(inode, who, Capability.CAP_DAC_READ_SEARCH)) {
            return true;
        }
        // Executing needs an x bit somewhere, even for root.
        if ((mask & MAY_EXEC) == 0 || (mode & Mode.S_IXUGO) != 0) {
            return may(inode, who, Capability.CAP_DAC_OVERRIDE);
        }
        return false;
    }

    private static boolean may(Inode inode, Credentials who, int capability) {
        return who.capableOver(inode.uid, inode.gid, capability);
    }

    /** inode_permission. @throws umlaut.abi.ErrnoException EROFS, EPERM for immutable files, EACCES */
    static void require(Inode inode, Credentials who, int mask) {
        if ((mask & MAY_WRITE) != 0) {
            int type = inode.mode & Mode.S_IFMT;
            boolean data = type == Mode.S_IFREG || type == Mode.S_IFDIR || type == Mode.S_IFLNK;
            if (data && inode.superBlock.readOnly()) {
                throw Errno.EROFS.exception();
            }
            if ((inode.flags & Ioctl.FS_IMMUTABLE_FL) != 0) {
                throw Errno.EPERM.exception();
            }
        }
        if (!inode.permits(who, mask)) {
            throw Errno.EACCES.exception();
        }
    }

    /** mnt_want_write. @throws umlaut.abi.ErrnoException EROFS */
    static void requireWritable(Mount mount) {
        if (mount.readOnly()) {
            throw Errno.EROFS.exception();
        }
    }

    /** May an entry be made in {@code directory} (may_create)? */
    static void requireCreate(Inode directory, Credentials who) {
        require(directory, who, MAY_WRITE | MAY_EXEC);
    }

    /** May {@code victim} be removed from {@code directory} (may_delete)? @param wantDirectory rmdir, or rename over a directory */
    public static void requireDelete(Inode directory, Inode victim, Credentials who, boolean wantDirectory) {
        require(directory, who, MAY_WRITE | MAY_EXEC);
        int fixed = Ioctl.FS_IMMUTABLE_FL | Ioctl.FS_APPEND_FL;
        if ((directory.flags & Ioctl.FS_APPEND_FL) != 0
                || (victim.flags & fixed) != 0
                || victim.swap
                || stickyForbids(directory, victim, who)) {
            throw Errno.EPERM.exception();
        }
        if (wantDirectory != victim.isDirectory()) {
            throw (wantDirectory ? Errno.ENOTDIR : Errno.EISDIR).exception();
        }
    }

    /** The mode of a new object before umask: the set-group-id bit needs membership in the directory's group (mode_strip_sgid). */
    static int newMode(Inode directory, int mode, Credentials who) {
        int both = Mode.S_ISGID | Mode.S_IXGRP;
        boolean inherits = (directory.mode & Mode.S_ISGID) != 0;
        if (!Mode.isDir(mode)
                && (mode & both) == both
                && inherits
                && !who.inGroup(directory.gid)
                && !may(directory, who, Capability.CAP_FSETID)) {
            return mode & ~Mode.S_ISGID;
        }
        return mode;
    }

    /** inode_owner_or_capable. */
    public static boolean owns(Inode inode, Credentials who) {
        return who.fsuid() == inode.uid || may(inode, who, Capability.CAP_FOWNER);
    }

    /** In a sticky directory only the entry's or the directory's owner may remove it (__check_sticky). */
    static boolean stickyForbids(Inode directory, Inode victim, Credentials who) {
        return (directory.mode & Mode.S_ISVTX) != 0
                && who.fsuid() != victim.uid
                && who.fsuid() != directory.uid
                && !may(victim, who, Capability.CAP_FOWNER);
    }

    /** The bits a change of contents or owner by {@code who} takes away (setattr_should_drop_suidgid); 0 = none. */
    static int setIdBitsToDrop(Inode inode, Credentials who) {
        int mode = inode.mode;
        if ((mode & (Mode.S_ISUID | Mode.S_ISGID)) == 0 || Mode.isDir(mode)) {
            return 0;
        }
        return mode & Mode.S_ISUID | setGidToDrop(inode, who);
    }

    /** setattr_should_drop_sgid: without group execute it once meant mandatory locking, and stays for members of the group. */
    static int setGidToDrop(Inode inode, Credentials who) {
        int mode = inode.mode;
        if ((mode & Mode.S_ISGID) == 0) {
            return 0;
        }
        boolean stays =
                (mode & Mode.S_IXGRP) == 0 && (who.inGroup(inode.gid) || may(inode, who, Capability.CAP_FSETID));
        return stays ? 0 : Mode.S_ISGID;
    }
}
