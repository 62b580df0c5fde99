package umlaut.kernel.landlock;

import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.LandlockFlags;
import umlaut.abi.Mode;
import umlaut.abi.OpenFlags;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.Dentry;
import umlaut.kernel.vfs.FileId;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Mount;
import umlaut.kernel.vfs.Path;
import umlaut.kernel.vfs.PseudoFs;

/** Which rights to files the domain of {@code credentials} leaves: those that rules on the way from the object up to the root give, for each layer (security/landlock/fs.c). */
public final class PathRights {
    private PathRights() {}

    /** Rights to {@code where}, as the bits of {@code asked} that some layer refuses. */
    private static int refused(Domain domain, Path where, int asked) {
        if (where.inode().superBlock instanceof PseudoFs) {
            return 0; // reachable through /proc/self/fd alone
        }
        int denied = 0;
        for (Layer layer : domain.layers) {
            int handled = asked & layer.deniedFs();
            denied |= handled == 0 ? 0 : handled & ~given(layer, where);
        }
        return denied;
    }

    /** What the rules of a layer give for {@code where}. */
    private static int given(Layer layer, Path where) {
        int rights = 0;
        Mount mount = where.mount();
        Dentry dentry = where.dentry();
        while (true) {
            Inode inode = dentry.inodeOrNull();
            if (inode != null) {
                rights |= layer.givenTo(new FileId(inode.superBlock.device, inode.ino));
            }
            if (dentry == mount.root) {
                Mount above = mount.parent();
                Dentry point = mount.mountpoint();
                if (above == null || point == null) {
                    return rights;
                }
                mount = above;
                dentry = point;
                continue;
            }
            Dentry up = dentry.parent();
            if (up == null) {
                return rights;
            }
            dentry = up;
        }
    }

    /** @throws umlaut.abi.ErrnoException EACCES */
    private static void require(Credentials who, Path where, int asked) {
        Domain domain = who.domain();
        if (domain != null && refused(domain, where, asked) != 0) {
            throw Errno.EACCES.exception();
        }
    }

    /**
     * Before a file is opened.
     *
     * @param flags O_* and FMODE_EXEC
     * @return rights that the open file will not have: ACCESS_FS_TRUNCATE, ACCESS_FS_IOCTL_DEV
     * @throws umlaut.abi.ErrnoException EACCES
     */
    public static int atOpen(Credentials who, Path where, int flags) {
        Domain domain = who.domain();
        if (domain == null) {
            return 0;
        }
        Inode inode = where.inode();
        int asked = 0;
        if (OpenFlags.mayRead(flags)) {
            asked = inode.isDirectory() ? LandlockFlags.ACCESS_FS_READ_DIR : LandlockFlags.ACCESS_FS_READ_FILE;
        }
        if (OpenFlags.mayWrite(flags)) {
            asked |= LandlockFlags.ACCESS_FS_WRITE_FILE;
        }
        if ((flags & OpenFlags.FMODE_EXEC) != 0) {
            asked |= LandlockFlags.ACCESS_FS_EXECUTE;
        }
        require(who, where, asked);
        int later = LandlockFlags.ACCESS_FS_TRUNCATE;
        if (Mode.isDevice(inode.mode)) {
            later |= LandlockFlags.ACCESS_FS_IOCTL_DEV;
        }
        return refused(domain, where, later);
    }

    /** truncate(2). */
    public static void truncate(Credentials who, Path where) {
        require(who, where, LandlockFlags.ACCESS_FS_TRUNCATE);
    }

    /** Before an object of a type is made in a directory. @param mode with its type */
    public static void make(Credentials who, Mount mount, Dentry directory, int mode) {
        if (who.domain() != null) {
            require(who, new Path(mount, directory), toMake(mode));
        }
    }

    public static void remove(Credentials who, Mount mount, Dentry directory, boolean ofDirectory) {
        if (who.domain() != null) {
            require(who, new Path(mount, directory), toRemove(ofDirectory));
        }
    }

    /** Changes of the tree of mounts are not for who has rules about files. @throws umlaut.abi.ErrnoException EPERM */
    public static void requireMayMount(Credentials who) {
        Domain domain = who.domain();
        if (domain != null && domain.handlesFiles()) {
            throw Errno.EPERM.exception();
        }
    }

    private static int toMake(int mode) {
        return switch (mode & Mode.S_IFMT) {
            case Mode.S_IFLNK -> LandlockFlags.ACCESS_FS_MAKE_SYM;
            case Mode.S_IFDIR -> LandlockFlags.ACCESS_FS_MAKE_DIR;
            case Mode.S_IFCHR -> LandlockFlags.ACCESS_FS_MAKE_CHAR;
            case Mode.S_IFBLK -> LandlockFlags.ACCESS_FS_MAKE_BLOCK;
            case Mode.S_IFIFO -> LandlockFlags.ACCESS_FS_MAKE_FIFO;
            case Mode.S_IFSOCK -> LandlockFlags.ACCESS_FS_MAKE_SOCK;
            default -> LandlockFlags.ACCESS_FS_MAKE_REG;
        };
    }

    private static int toRemove(boolean directory) {
        return directory ? LandlockFlags.ACCESS_FS_REMOVE_DIR : LandlockFlags.ACCESS_FS_REMOVE_FILE;
    }

    /**
     * Before a name is given to what has one already: link(2), or, if {@code moves}, rename(2) (current_check_refer_path).
     *
     * @param target what the new name stands for; null: nothing
     * @param exchange the two change places
     * @throws umlaut.abi.ErrnoException EACCES; EXDEV where only the change of directories is refused
     */
    public static void refer(
            Credentials who,
            Path oldParent,
            Inode object,
            Path newParent,
            @Nullable Inode target,
            boolean moves,
            boolean exchange) {
        Domain domain = who.domain();
        if (domain == null || !domain.handlesFiles()) {
            return;
        }
        int atOld = moves ? toRemove(object.isDirectory()) : 0;
        int atNew = toMake(object.mode);
        if (target != null && exchange) {
            atOld |= toMake(target.mode);
        }
        if (target != null && moves) {
            atNew |= toRemove(target.isDirectory());
        }
        if (oldParent.dentry() == newParent.dentry()) {
            require(who, newParent, atOld | atNew);
            return;
        }
        int refused = refused(domain, oldParent, atOld) | refused(domain, newParent, atNew);
        if (refused != 0) {
            throw Errno.EACCES.exception();
        }
        int refer = LandlockFlags.ACCESS_FS_REFER;
        boolean gains = gains(domain, oldParent, newParent, object)
                || exchange && target != null && gains(domain, newParent, oldParent, target);
        if (gains || refused(domain, oldParent, refer) != 0 || refused(domain, newParent, refer) != 0) {
            throw Errno.EXDEV.exception();
        }
    }

    /** Would the object have more rights in the new place than in the old one, for some layer? */
    private static boolean gains(Domain domain, Path from, Path to, Inode object) {
        int concerned = object.isDirectory() ? LandlockFlags.ACCESS_FS_ALL : LandlockFlags.ACCESS_FILE;
        List<Layer> layers = domain.layers;
        for (Layer layer : layers) {
            int own = layer.givenTo(new FileId(object.superBlock.device, object.ino));
            int before = given(layer, from) | own;
            int after = given(layer, to);
            if ((after & ~before & layer.deniedFs() & concerned) != 0) {
                return true;
            }
        }
        return false;
    }
}
