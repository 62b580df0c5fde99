package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.fs.support.TextFile;
import umlaut.fs.support.TextInode;
import umlaut.fs.support.TextSink;
import umlaut.fs.support.TextSource;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.AttributeChange;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Path;

/** A text file of a process. */
class PidText extends TextInode {
    private final Subject subject;

    PidText(Subject subject, long ino, int permissions, TextSource source, @Nullable TextSink sink) {
        super(subject.fs(), ino, permissions, source, sink);
        this.subject = subject;
        refresh();
    }

    /** Not to be spliced: Linux makes these with a read operation only. */
    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new TextFile(this, path, flags, task == null ? Credentials.ROOT : task.credentials()) {
            @Override
            public boolean splicesOut() {
                return false;
            }
        };
    }

    @Override
    public boolean stale() {
        return !subject.exists();
    }

    /** Who may use it is not for its user to say (proc_setattr). */
    @Override
    public void setAttributes(AttributeChange change) {
        if (change.has(AttributeChange.MODE)) {
            throw Errno.EPERM.exception();
        }
        super.setAttributes(change);
    }

    @Override
    public void refresh() {
        Ownership.update(this, subject, false);
    }

    @Override
    public boolean permits(Credentials credentials, int mask) {
        refresh();
        return super.permits(credentials, mask);
    }
}
