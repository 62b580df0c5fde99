package umlaut.kernel.landlock;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.LandlockFlags;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.abi.Nr;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.ipc.Descriptors;
import umlaut.kernel.syscall.Args;
import umlaut.kernel.syscall.SyscallFamily;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AnonInode;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.FileId;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.NsInode;
import umlaut.kernel.vfs.PseudoFs;

/** landlock_create_ruleset(2), landlock_add_rule(2), landlock_restrict_self(2) (security/landlock/syscalls.c). */
public final class LandlockFamily implements SyscallFamily {
    /** As of Linux 6.15: rights to devices, scopes, what is to be logged. */
    private static final int VERSION = 7;

    private static final int ERRATA = 7;
    private static final int MAX_PORT = 0xffff;

    @Override
    public long call(Task task, int nr, Args a) {
        return switch (nr) {
            case Nr.LANDLOCK_CREATE_RULESET -> create(task, a.l(0), a.l(1), a.i(2));
            case Nr.LANDLOCK_ADD_RULE -> addRule(task, a.fd(0), a.i(1), a.l(2), a.i(3));
            case Nr.LANDLOCK_RESTRICT_SELF -> restrict(task, a.fd(0), a.i(1));
            default -> NOT_MINE;
        };
    }

    private static long create(Task task, long attributes, long size, int flags) {
        if (flags != 0) {
            if (attributes != 0 || size != 0) {
                return Errno.EINVAL.negative();
            }
            return switch (flags) {
                case LandlockFlags.CREATE_RULESET_VERSION -> VERSION;
                case LandlockFlags.CREATE_RULESET_ERRATA -> ERRATA;
                default -> Errno.EINVAL.negative();
            };
        }
        if (attributes == 0) {
            return Errno.EFAULT.negative();
        }
        if (Long.compareUnsigned(size, LandlockFlags.RULESET_ATTR_SIZE_VER0) < 0) {
            return Errno.EINVAL.negative();
        }
        if (Long.compareUnsigned(size, Limits.PAGE_SIZE) > 0) {
            return Errno.E2BIG.negative();
        }
        MemorySegment in = task.memory.struct(attributes, (int) size);
        for (long i = LandlockFlags.RULESET_ATTR_SIZE; i < size; i++) {
            if (Le.getByte(in, i) != 0) {
                return Errno.E2BIG.negative();
            }
        }
        long fs = field(in, LandlockFlags.HANDLED_ACCESS_FS, size);
        long net = field(in, LandlockFlags.HANDLED_ACCESS_NET, size);
        long scoped = field(in, LandlockFlags.SCOPED, size);
        if ((fs & ~LandlockFlags.ACCESS_FS_ALL) != 0
                || (net & ~LandlockFlags.ACCESS_NET_ALL) != 0
                || (scoped & ~LandlockFlags.SCOPE_ALL) != 0) {
            return Errno.EINVAL.negative();
        }
        if ((fs | net | scoped) == 0) {
            return Errno.ENOMSG.negative();
        }
        Inode inode = AnonInode.of(task.kernel, AnonInode.Kind.SHARED, task.credentials());
        File file = new RulesetFile((int) fs, (int) net, (int) scoped, inode, task.credentials());
        return Descriptors.install(task, file, true);
    }

    private static long field(MemorySegment in, int at, long size) {
        return at + Long.BYTES <= size ? Le.getLong(in, at) : 0;
    }

    private static RulesetFile ruleset(Task task, int fd) {
        File file = task.files().get(fd);
        if (file instanceof RulesetFile found) {
            return found;
        }
        throw Errno.EBADFD.exception();
    }

    // --- rules ---

    private static long addRule(Task task, int fd, int type, long attributes, int flags) {
        if (flags != 0) {
            return Errno.EINVAL.negative();
        }
        RulesetFile ruleset = ruleset(task, fd);
        return switch (type) {
            case LandlockFlags.RULE_PATH_BENEATH -> addPath(task, ruleset, attributes);
            case LandlockFlags.RULE_NET_PORT -> addPort(task, ruleset, attributes);
            default -> Errno.EINVAL.negative();
        };
    }

    private static long addPath(Task task, RulesetFile ruleset, long attributes) {
        MemorySegment in = task.memory.struct(attributes, LandlockFlags.PATH_BENEATH_SIZE);
        long rights = Le.getLong(in, LandlockFlags.ALLOWED_ACCESS);
        int fd = Le.getInt(in, LandlockFlags.PARENT_FD);
        if (rights == 0) {
            return Errno.ENOMSG.negative();
        }
        if ((rights & ~ruleset.handledFs) != 0) {
            return Errno.EINVAL.negative();
        }
        Inode inode = placed(task, fd);
        if (!inode.isDirectory() && (rights & ~LandlockFlags.ACCESS_FILE) != 0) {
            return Errno.EINVAL.negative();
        }
        ruleset.allow(FileId.of(inode), (int) rights);
        return 0;
    }

    /** get_path_from_fd: what no path leads to can have no rule. */
    private static Inode placed(Task task, int fd) {
        File file = task.files().hold(fd);
        try {
            Inode inode = file.inode();
            if (file.path == null || inode.superBlock instanceof PseudoFs || inode instanceof NsInode) {
                throw Errno.EBADFD.exception();
            }
            return file.path.inode();
        } finally {
            file.release();
        }
    }

    private static long addPort(Task task, RulesetFile ruleset, long attributes) {
        MemorySegment in = task.memory.struct(attributes, LandlockFlags.NET_PORT_SIZE);
        long rights = Le.getLong(in, LandlockFlags.ALLOWED_ACCESS);
        long port = Le.getLong(in, LandlockFlags.PORT);
        if (rights == 0) {
            return Errno.ENOMSG.negative();
        }
        if ((rights & ~ruleset.handledNet) != 0 || Long.compareUnsigned(port, MAX_PORT) > 0) {
            return Errno.EINVAL.negative();
        }
        ruleset.allowPort((int) port, (int) rights);
        return 0;
    }

    // --- restricting ---

    private static long restrict(Task task, int fd, int flags) {
        Credentials old = task.credentials();
        if (!old.noNewPrivs() && !old.capableHere(Capability.CAP_SYS_ADMIN)) {
            return Errno.EPERM.negative();
        }
        if ((flags & ~LandlockFlags.RESTRICT_SELF_ALL) != 0) {
            return Errno.EINVAL.negative();
        }
        if (fd == -1 && flags == LandlockFlags.RESTRICT_SELF_LOG_SUBDOMAINS_OFF) {
            return 0; // there is no audit log to keep quiet
        }
        Domain domain = Domain.within(old.domain(), ruleset(task, fd).layer());
        if (domain == null) {
            return Errno.E2BIG.negative();
        }
        task.setCredentials(old.restrictedTo(domain));
        return 0;
    }
}
