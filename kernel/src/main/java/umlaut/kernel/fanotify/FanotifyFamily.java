package umlaut.kernel.fanotify;

import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.FanotifyFlags;
import umlaut.abi.Nr;
import umlaut.abi.OpenFlags;
import umlaut.kernel.Kernel;
import umlaut.kernel.ipc.Descriptors;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AnonInode;

/** fanotify_init(2) and fanotify_mark(2). */
public final class FanotifyFamily implements SyscallFamily {
    static final int FID_BITS = FanotifyFlags.FAN_REPORT_FID
            | FanotifyFlags.FAN_REPORT_DIR_FID
            | FanotifyFlags.FAN_REPORT_NAME
            | FanotifyFlags.FAN_REPORT_TARGET_FID;
    private static final int CLASS_BITS = FanotifyFlags.FAN_CLASS_CONTENT | FanotifyFlags.FAN_CLASS_PRE_CONTENT;
    private static final int ADMIN_FLAGS = CLASS_BITS
            | FanotifyFlags.FAN_REPORT_TID
            | FanotifyFlags.FAN_REPORT_PIDFD
            | FanotifyFlags.FAN_REPORT_FD_ERROR
            | FanotifyFlags.FAN_UNLIMITED_QUEUE
            | FanotifyFlags.FAN_UNLIMITED_MARKS;
    private static final int KNOWN = ADMIN_FLAGS
            | FID_BITS
            | FanotifyFlags.FAN_REPORT_MNT
            | FanotifyFlags.FAN_CLOEXEC
            | FanotifyFlags.FAN_NONBLOCK
            | FanotifyFlags.FAN_ENABLE_AUDIT;
    private static final int KNOWN_FILE_FLAGS = OpenFlags.O_ACCMODE
            | OpenFlags.O_APPEND
            | OpenFlags.O_NONBLOCK
            | OpenFlags.O_SYNC
            | OpenFlags.O_DSYNC
            | OpenFlags.O_CLOEXEC
            | OpenFlags.O_LARGEFILE
            | OpenFlags.O_NOATIME;

    private final FanotifyHub hub;

    public FanotifyFamily(Kernel kernel) {
        hub = new FanotifyHub(kernel);
    }

    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.FANOTIFY_INIT -> init(task, a.i(0), a.i(1));
            case Nr.FANOTIFY_MARK -> MarkRequest.mark(hub, task, a.fd(0), a.i(1), a.l(2), a.fd(3), a.l(4));
            default -> NOT_MINE;
        };
    }

    private long init(Task task, int flags, int fileFlags) {
        boolean admin = task.credentials().capable(Capability.CAP_SYS_ADMIN);
        int reports = FID_BITS | FanotifyFlags.FAN_REPORT_MNT;
        if (!admin && ((flags & ADMIN_FLAGS) != 0 || (flags & reports) == 0)) {
            return Errno.EPERM.negative();
        }
        if ((flags & ~KNOWN) != 0
                || !fits(flags)
                || (fileFlags & ~KNOWN_FILE_FLAGS) != 0
                || (fileFlags & OpenFlags.O_ACCMODE) == OpenFlags.O_ACCMODE) {
            return Errno.EINVAL.negative();
        }
        boolean audits = has(flags, FanotifyFlags.FAN_ENABLE_AUDIT);
        if (audits && !task.credentials().capable(Capability.CAP_AUDIT_WRITE)) {
            return Errno.EPERM.negative();
        }
        FanotifyGroup group = new FanotifyGroup(
                hub,
                task,
                flags,
                fileFlags,
                admin,
                AnonInode.of(task.kernel, AnonInode.Kind.SHARED, task.credentials()));
        if (!hub.admit(group)) {
            group.release();
            return Errno.EMFILE.negative();
        }
        return Descriptors.install(task, group, (flags & FanotifyFlags.FAN_CLOEXEC) != 0);
    }

    /** Do the flags go together? */
    private static boolean fits(int flags) {
        int fids = flags & FID_BITS;
        int priority = flags & CLASS_BITS;
        boolean mounts = has(flags, FanotifyFlags.FAN_REPORT_MNT);
        boolean names = has(fids, FanotifyFlags.FAN_REPORT_NAME);
        return !(has(flags, FanotifyFlags.FAN_REPORT_PIDFD) && has(flags, FanotifyFlags.FAN_REPORT_TID))
                && priority != CLASS_BITS
                && !(mounts && (priority != 0 || fids != 0 || has(flags, FanotifyFlags.FAN_REPORT_FD_ERROR)))
                && !(fids != 0 && priority != 0)
                && !(names && !has(fids, FanotifyFlags.FAN_REPORT_DIR_FID))
                && !(has(fids, FanotifyFlags.FAN_REPORT_TARGET_FID)
                        && !(names && has(fids, FanotifyFlags.FAN_REPORT_FID)));
    }

    private static boolean has(int flags, int flag) {
        return (flags & flag) != 0;
    }
}
