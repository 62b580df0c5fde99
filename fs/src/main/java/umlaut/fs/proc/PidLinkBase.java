package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.fs.support.TreeInode;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Path;

/** A magic link of a process: leads to the place itself, whatever its name says now (exe, cwd, root, fd/N). */
abstract class PidLinkBase extends TreeInode {
    /** What Linux shows for links whose text is made when it is read. */
    private static final int SIZE = 64;

    final Subject subject;

    PidLinkBase(Subject subject, long ino, int mode) {
        super(subject.fs(), ino, mode);
        this.subject = subject;
        this.size = SIZE;
        Ownership.update(this, subject, false);
    }

    /** Where it leads. @throws umlaut.abi.ErrnoException ENOENT when it leads nowhere, ESRCH */
    abstract Path path(Task of);

    /** What readlink(2) says. */
    String name(Task of, @Nullable Task reader) {
        return path(of).display((reader == null ? of : reader).fs().root());
    }

    @Override
    public boolean stale() {
        return !subject.exists();
    }

    @Override
    public void refresh() {
        Ownership.update(this, subject, false);
    }

    @Override
    public final boolean isMagicLink() {
        return true;
    }

    @Override
    public Path followMagic(@Nullable Task task) {
        Task of = subject.task();
        PtraceAccess.require(task, of);
        return path(of);
    }

    @Override
    public final String readlink(@Nullable Task task) {
        Task of = subject.task();
        PtraceAccess.require(task, of);
        return name(of, task);
    }

    @Override
    public final File open(@Nullable Task task, Path path, int flags) {
        throw Errno.ELOOP.exception();
    }
}
