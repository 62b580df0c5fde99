package umlaut.fs.proc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.DirentType;
import umlaut.fs.support.TreeDirectory;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.Inode;

/** /proc/PID/task: a directory a thread. */
final class TaskDirectory extends TreeDirectory {
    private final Subject process;

    TaskDirectory(PidDirectory up, long ino) {
        super(up.subject.fs(), up, ino, 0555);
        this.process = up.subject;
        refresh();
    }

    @Override
    public boolean stale() {
        return !process.exists();
    }

    @Override
    public void refresh() {
        Ownership.update(this, process, true);
        nlink = threads().size() + 2;
    }

    private List<Task> threads() {
        List<Task> threads = process.group().threads();
        Task leader = process.group().leader();
        return threads.isEmpty() && leader != null ? List.of(leader) : threads;
    }

    @Override
    public @Nullable Inode lookup(String name) {
        int tid = ProcRoot.number(name);
        for (Task thread : threads()) {
            if (process.fs().seen(thread.tid) == tid) {
                return new PidDirectory(process.fs(), this, new Subject(process.fs(), process.group(), thread));
            }
        }
        return null;
    }

    @Override
    protected List<Entry> entries(@Nullable Task task) {
        List<Entry> all = new ArrayList<>();
        for (Task thread : threads()) {
            all.add(new Entry(
                    Integer.toString(process.fs().seen(thread.tid)),
                    Subject.ino(thread.tid, true, 0),
                    DirentType.DT_DIR));
        }
        return all;
    }
}
