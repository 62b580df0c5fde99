package umlaut.fs.proc;

import org.jspecify.annotations.Nullable;
import umlaut.fs.support.TextInode;
import umlaut.fs.support.TextSink;
import umlaut.fs.support.TextSource;
import umlaut.kernel.cred.Credentials;

/** A text file of a process. */
class PidText extends TextInode {
    private final Subject subject;

    PidText(Subject subject, long ino, int permissions, TextSource source, @Nullable TextSink sink) {
        super(subject.fs(), ino, permissions, source, sink);
        this.subject = subject;
        refresh();
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
    public boolean permits(Credentials credentials, int mask) {
        refresh();
        return super.permits(credentials, mask);
    }
}
