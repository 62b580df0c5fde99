package umlaut.kernel.vfs;

import umlaut.abi.Errno;
import umlaut.kernel.task.Task;

/** One walk along a path (Linux: struct nameidata, fs/namei.c). */
final class PathWalk {
    void begin(Task task, int dirFd, String path) {
        throw Errno.ENOSYS.exception();
    }

    void begin(LookupContext who, String path) {
        throw Errno.ENOSYS.exception();
    }

    Path find(int atFlags) {
        throw Errno.ENOSYS.exception();
    }
}
