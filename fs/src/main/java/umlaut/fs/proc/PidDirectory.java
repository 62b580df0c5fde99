package umlaut.fs.proc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Ioctl;
import umlaut.abi.Mode;
import umlaut.fs.support.TreeDirectory;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.ProcessDirectory;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.vfs.Inode;

/** /proc/PID and /proc/PID/task/TID: the entries of {@link PidEntries}, made when they are looked up. */
final class PidDirectory extends TreeDirectory implements ProcessDirectory {
    final Subject subject;

    PidDirectory(ProcFs fs, TreeDirectory up, Subject subject) {
        super(fs, up, subject.ino(0), 0555);
        this.subject = subject;
        this.flags = Ioctl.FS_IMMUTABLE_FL;
        Ownership.update(this, subject, true);
    }

    @Override
    public @Nullable ThreadGroup process() {
        return subject.wholeProcess() ? subject.group() : null;
    }

    @Override
    public boolean stale() {
        return !subject.exists();
    }

    @Override
    public void refresh() {
        Ownership.update(this, subject, true);
    }

    @Override
    public boolean permits(Credentials credentials, int mask) {
        refresh();
        Task caller = subject.fs().kernel.current();
        if (caller != null && subject.exists() && !subject.fs().shows(caller, subject.task(), 1)) {
            return false;
        }
        return super.permits(credentials, mask);
    }

    @Override
    public @Nullable Inode lookup(String name) {
        PidEntries.Entry entry = PidEntries.ALL.get(name);
        if (entry == null || stale() || entry.processOnly() && !subject.wholeProcess()) {
            return null;
        }
        return entry.make(this, name);
    }

    @Override
    protected List<Entry> entries(@Nullable Task task) {
        List<Entry> all = new ArrayList<>();
        if (stale()) {
            return all;
        }
        for (Map.Entry<String, PidEntries.Entry> e : PidEntries.ALL.entrySet()) {
            PidEntries.Entry entry = e.getValue();
            if (!entry.processOnly() || subject.wholeProcess()) {
                all.add(new Entry(e.getKey(), subject.ino(entry.number()), Mode.direntType(entry.mode())));
            }
        }
        return all;
    }
}
