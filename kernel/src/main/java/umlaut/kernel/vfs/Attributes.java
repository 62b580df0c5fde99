package umlaut.kernel.vfs;

import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.InotifyFlags;
import umlaut.abi.Ioctl;
import umlaut.abi.Mode;
import umlaut.kernel.cred.Credentials;

/** Changes of mode, owner and times: chmod(2), chown(2), utimensat(2) without their decoding (Linux: fs/attr.c, fs/open.c, fs/utimes.c). */
final class Attributes {
    /** In place of nanoseconds: now, or leave as it is. */
    static final long UTIME_NOW = (1L << 30) - 1, UTIME_OMIT = (1L << 30) - 2;

    private static final int FIXED = Ioctl.FS_IMMUTABLE_FL | Ioctl.FS_APPEND_FL;

    private Attributes() {}

    /** chmod(2). @throws umlaut.abi.ErrnoException EROFS, EPERM */
    static void chmod(Vfs vfs, Path path, Credentials who, int mode) {
        Permissions.requireWritable(path.mount());
        Inode inode = path.inode();
        inode.lock.lock();
        try {
            inode.refresh();
            if ((inode.flags & FIXED) != 0 || !Permissions.owns(inode, who)) {
                throw Errno.EPERM.exception();
            }
            AttributeChange change = new AttributeChange();
            change.mask = AttributeChange.MODE | AttributeChange.CTIME;
            change.mode = mode & Mode.S_IALLUGO;
            if (!who.inGroup(inode.gid) && !who.capableOver(inode.uid, inode.gid, Capability.CAP_FSETID)) {
                change.mode &= ~Mode.S_ISGID;
            }
            change.ctime = vfs.kernel.clock.realtimeNs();
            vfs.facts.changes(inode);
            inode.setAttributes(change);
            Times.set(inode);
            AclRules.follow(inode, change.mode);
            vfs.facts.changes(inode);
        } finally {
            inode.lock.unlock();
        }
        Notify.inode(vfs, InotifyFlags.IN_ATTRIB, inode, path.dentry());
    }

    /** chown(2). @param uid, gid -1 = leave as it is */
    static void chown(Vfs vfs, Path path, Credentials who, int uid, int gid) {
        Permissions.requireWritable(path.mount());
        Inode inode = path.inode();
        inode.lock.lock();
        try {
            inode.refresh();
            if ((inode.flags & FIXED) != 0 && (uid != -1 || gid != -1)) {
                throw Errno.EPERM.exception();
            }
            AttributeChange change = new AttributeChange();
            change.mask = AttributeChange.CTIME;
            change.ctime = vfs.kernel.clock.realtimeNs();
            owner(inode, who, uid, gid, change);
            if (!inode.isDirectory()) {
                int drop = inode.mode & Mode.S_ISUID | Permissions.setGidToDrop(inode, who);
                if (drop != 0) {
                    change.mask |= AttributeChange.MODE;
                    change.mode = inode.mode & Mode.S_IALLUGO & ~drop;
                }
                dropCapabilities(inode);
            }
            inode.setAttributes(change);
            Times.set(inode);
        } finally {
            inode.lock.unlock();
        }
        Notify.inode(vfs, InotifyFlags.IN_ATTRIB, inode, path.dentry());
    }

    private static void owner(Inode inode, Credentials who, int uid, int gid, AttributeChange change) {
        boolean mine = who.fsuid() == inode.uid;
        boolean any = who.capableOver(inode.uid, inode.gid, Capability.CAP_CHOWN);
        if (uid != -1) {
            if (!any && !(mine && uid == inode.uid)) {
                throw Errno.EPERM.exception();
            }
            change.mask |= AttributeChange.UID;
            change.uid = uid;
        }
        if (gid != -1) {
            if (!any && !(mine && (gid == inode.gid || who.inGroup(gid)))) {
                throw Errno.EPERM.exception();
            }
            change.mask |= AttributeChange.GID;
            change.gid = gid;
        }
    }

    /** A change of contents or owner takes file capabilities away. */
    private static void dropCapabilities(Inode inode) {
        if (inode.isRegular() && inode.listXattr().contains("security.capability")) {
            inode.removeXattr("security.capability");
        }
    }

    /**
     * utimensat(2). Times are ns since 1970, or one of {@link Times} markers below.
     *
     * @param explicit false: both times now, which whoever may write the file can do
     * @param setAtime, setMtime whether that time changes at all
     * @param atimeNow, mtimeNow to the current time instead of the one given
     */
    static void utimes(Vfs vfs, Path path, Credentials who, Request request) {
        Permissions.requireWritable(path.mount());
        Inode inode = path.inode();
        inode.lock.lock();
        try {
            inode.refresh();
            mayTouch(inode, who, request.explicit);
            long now = vfs.kernel.clock.realtimeNs();
            AttributeChange change = new AttributeChange();
            change.mask = AttributeChange.CTIME;
            change.ctime = now;
            if (request.setAtime) {
                change.mask |= AttributeChange.ATIME;
                change.atime = request.atimeNow ? now : request.atime;
            }
            if (request.setMtime) {
                change.mask |= AttributeChange.MTIME;
                change.mtime = request.mtimeNow ? now : request.mtime;
            }
            inode.setAttributes(change);
            Times.set(inode);
        } finally {
            inode.lock.unlock();
        }
        int event = request.setMtime
                ? request.setAtime ? InotifyFlags.IN_ATTRIB : InotifyFlags.IN_MODIFY
                : InotifyFlags.IN_ACCESS;
        Notify.inode(vfs, event, inode, path.dentry());
    }

    private static void mayTouch(Inode inode, Credentials who, boolean explicit) {
        if (explicit) {
            if ((inode.flags & FIXED) != 0 || !Permissions.owns(inode, who)) {
                throw Errno.EPERM.exception();
            }
            return;
        }
        if ((inode.flags & Ioctl.FS_IMMUTABLE_FL) != 0) {
            throw Errno.EPERM.exception();
        }
        if (!Permissions.owns(inode, who) && !inode.permits(who, Permissions.MAY_WRITE)) {
            throw Errno.EACCES.exception();
        }
    }

    /** What a utimensat(2) asks for. */
    static final class Request {
        /** Particular times are given: only the owner may set those. */
        boolean explicit;

        boolean setAtime = true;
        boolean setMtime = true;
        boolean atimeNow = true;
        boolean mtimeNow = true;
        long atime;
        long mtime;

        boolean nothing() {
            return !setAtime && !setMtime;
        }

        /** @param nsec nanoseconds, UTIME_NOW or UTIME_OMIT; @throws umlaut.abi.ErrnoException EINVAL */
        void setAtime(long sec, long nsec) {
            setAtime = nsec != UTIME_OMIT;
            atimeNow = nsec == UTIME_NOW;
            atime = toNs(sec, nsec);
        }

        void setMtime(long sec, long nsec) {
            setMtime = nsec != UTIME_OMIT;
            mtimeNow = nsec == UTIME_NOW;
            mtime = toNs(sec, nsec);
        }

        /** Both now is the same as no times at all. */
        void settle() {
            explicit = !(setAtime && setMtime && atimeNow && mtimeNow);
        }

        private static long toNs(long sec, long nsec) {
            if (nsec == UTIME_NOW || nsec == UTIME_OMIT) {
                return 0;
            }
            if (nsec < 0 || nsec > 999_999_999) {
                throw Errno.EINVAL.exception();
            }
            long most = Long.MAX_VALUE / 1_000_000_000 - 1;
            return Math.max(-most, Math.min(most, sec)) * 1_000_000_000 + nsec;
        }
    }

    /** Writing by someone without CAP_FSETID takes set-id bits away (file_remove_privs). */
    static void dropSetId(Inode inode, Credentials who) {
        if (inode.fileCapabilities) {
            inode.fileCapabilities = false;
            dropCapabilities(inode);
        }
        if ((inode.mode & (Mode.S_ISUID | Mode.S_ISGID)) == 0
                || who.capableOver(inode.uid, inode.gid, Capability.CAP_FSETID)) {
            return;
        }
        int drop = Permissions.setIdBitsToDrop(inode, who);
        if (drop == 0) {
            return;
        }
        inode.lock.lock();
        try {
            AttributeChange change = new AttributeChange();
            change.mask = AttributeChange.MODE;
            change.mode = inode.mode & Mode.S_IALLUGO & ~drop;
            inode.setAttributes(change);
            Times.set(inode);
        } finally {
            inode.lock.unlock();
        }
    }
}
