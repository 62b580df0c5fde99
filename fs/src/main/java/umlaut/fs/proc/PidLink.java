package umlaut.fs.proc;

import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Path;

/** exe, cwd and root of a process. */
final class PidLink extends PidLinkBase {
    /** Where a link leads. */
    interface Target {
        Path path(Task of);
    }

    private final Target target;

    PidLink(Subject subject, long ino, int mode, Target target) {
        super(subject, ino, mode);
        this.target = target;
    }

    @Override
    Path path(Task of) {
        return target.path(of);
    }
}
