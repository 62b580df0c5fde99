package umlaut.kernel.vfs;

import umlaut.abi.Errno;

/** open(2) (Linux: fs/open.c, fs/namei.c path_openat). */
final class Open {
    private Open() {}

    static File open(Vfs vfs, PathWalk walk, int flags, int mode) {
        throw Errno.ENOSYS.exception();
    }

    static File openExec(Vfs vfs, PathWalk walk, int atFlags) {
        throw Errno.ENOSYS.exception();
    }
}
