package umlaut.fs.proc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.DirentType;
import umlaut.abi.Errno;
import umlaut.fs.support.LinkInode;
import umlaut.fs.support.TreeDirectory;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.vfs.Inode;

/**
 * /proc itself: the kernel's files, then a directory a process. Threads that do not lead a process can be looked up but
 * are not listed, as in Linux.
 */
final class ProcRoot extends TreeDirectory {
    private final ProcFs fs;

    ProcRoot(ProcFs fs) {
        super(fs, null);
        this.fs = fs;
        add("self", new LinkInode(fs, fs.nextInode(), task -> Integer.toString(seen(fs, caller(task).group.tgid))));
        add("thread-self", new LinkInode(fs, fs.nextInode(), task -> {
            Task me = caller(task);
            return seen(fs, me.group.tgid) + "/task/" + seen(fs, me.tid);
        }));
    }

    private static int seen(ProcFs fs, int pid) {
        int seen = fs.seen(pid);
        if (seen == 0) {
            throw Errno.ENOENT.exception();
        }
        return seen;
    }

    private static Task caller(@Nullable Task task) {
        if (task == null) {
            throw Errno.ENOENT.exception();
        }
        return task;
    }

    @Override
    public @Nullable Inode lookup(String name) {
        int nr = number(name);
        if (nr < 0) {
            return super.lookup(name);
        }
        int pid = fs.pids.toGlobal(nr);
        ThreadGroup group = fs.kernel.tasks.group(pid);
        if (group != null) {
            Task leader = group.leader();
            return leader == null || !fs.shows(fs.kernel.current(), leader, 2)
                    ? null
                    : new PidDirectory(fs, this, new Subject(fs, group, null));
        }
        Task thread = fs.kernel.tasks.task(pid);
        return thread == null ? null : new PidDirectory(fs, this, new Subject(fs, thread.group, thread));
    }

    /** A process or descriptor number as procfs writes it: decimal without leading zeros. @return -1 when it is none */
    static int number(String name) {
        int n = 0;
        if (name.isEmpty() || name.length() > 9 || name.charAt(0) == '0' && name.length() > 1) {
            return -1;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            n = n * 10 + (c - '0');
        }
        return n;
    }

    @Override
    protected List<Entry> entries(@Nullable Task task) {
        List<Entry> all = new ArrayList<>(super.entries(task));
        fs.kernel.tasks.groups().stream()
                .sorted(Comparator.comparingInt(group -> fs.seen(group.tgid)))
                .forEach(group -> {
                    int nr = fs.seen(group.tgid);
                    Task leader = group.leader();
                    if (nr != 0 && (leader == null || fs.shows(task, leader, 2))) {
                        all.add(new Entry(Integer.toString(nr), Subject.ino(group.tgid, false, 0), DirentType.DT_DIR));
                    }
                });
        return all;
    }
}
